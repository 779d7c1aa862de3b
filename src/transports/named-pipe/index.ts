import type { ConnectionTransport } from '../../core/contracts/index.js'
import { NamedPipeTransport } from './transport.js'

export { NamedPipe, type NamedPipeOptions, type PipePlaceOptions } from './named-pipe.js'
export { NamedPipeServer, type NamedPipeServerOptions } from './named-pipe-server.js'
export type { PipeCallOptions } from './pipe-io.js'
export type { PipeSecurity } from './pipe-security.js'
export type { ServerPermit } from './windows-client-end.js'
export type { PipeDirection, PipeMode } from './windows-pipe-maker.js'

/**
 * Named pipes: on Windows the native, overlapped pipe `\\.\pipe\signalbox.<name>`, elsewhere the Unix
 * socket `signalbox.<name>.sock` in the runtime folder. Only this user, and who rules the machine, can
 * connect, on Windows those in `users`, too; the kernel says who the peer is. Bytes arrive in order, in
 * pieces of any size.
 *
 * Addresses are `named-pipe://./<name>`. With `rawNames` the name is the system's own, without the
 * prefix: `\\.\pipe\<name>`, or the socket `<name>.sock`. With `allowRemote` a Windows listener admits
 * this user from other machines, and `named-pipe://<machine>/<name>` reaches one. With `?direction=inbound` bytes go
 * from clients to the listener only, and on Windows clients have no right to read.
 *
 * A name has one listener. What a killed listener left behind is removed by the next one. On Windows a
 * raw name is free only when the listener and all of its connections are closed. Close a listener before
 * its thread is terminated: there, a connection that a terminated thread was waiting for may end the process.
 *
 * {@link NamedPipe} and {@link NamedPipeServer} are the pipes of Windows without Signalbox, to talk with other programs, in
 * messages if they do.
 *
 * @example
 * ```ts
 * import { parseAddress, systemContext } from 'signalbox'
 * import { namedPipe } from 'signalbox/transports/named-pipe'
 *
 * const context = await systemContext()
 * const address = parseAddress('named-pipe://./orders')
 * const listener = await namedPipe().listen(address, context)
 * listener.connections$.subscribe(shop => shop.receive(({ bytes }) => console.log(Buffer.from(bytes).toString())))
 *
 * const till = await namedPipe().connect(address, context)
 * till.send(Buffer.from('one coffee'))
 * await till.close()
 * await listener.close()
 * ```
 */
export function namedPipe(): ConnectionTransport {
  return new NamedPipeTransport()
}
