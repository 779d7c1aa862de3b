import type { ConnectionTransport } from '../../core/contracts/index.js'
import { TcpTransport } from './transport.js'

/**
 * TCP: a byte stream between two ports, in order, in pieces of any size. What is sent within one
 * turn of the event loop leaves in one write, or in a few when it is much.
 *
 * Addresses are `tcp://127.0.0.1:7000` and `tcp://[::1]:7000`; on port 0 the system chooses, and
 * `listener.address` tells which. Only loopback addresses are accepted, for listening and for
 * connecting, unless `allowRemote` is set; names count as remote, because they may resolve to anything.
 * Every user of the machine can connect to a loopback port, and TCP does not say who did: that is for
 * the link's handshake to find out.
 *
 * @example
 * ```ts
 * import { parseAddress, systemContext } from 'signalbox'
 * import { tcp } from 'signalbox/transports/tcp'
 *
 * const context = await systemContext()
 * const listener = await tcp().listen(parseAddress('tcp://127.0.0.1:0'), context)
 * listener.connections$.subscribe(shop => shop.receive(({ bytes }) => console.log(Buffer.from(bytes).toString())))
 *
 * const till = await tcp().connect(listener.address, context)
 * till.send(Buffer.from('one coffee'))
 * await till.close()
 * await listener.close()
 * ```
 */
export function tcp(): ConnectionTransport {
  return new TcpTransport()
}
