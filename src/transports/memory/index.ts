import type { ConnectionTransport } from '../../core/contracts/index.js'
import { MemoryTransport } from './transport.js'

/**
 * Connections within one process: whole frames, in order, written where the other side reads them and delivered in
 * a later turn of the event loop. A reader that stops makes `send` say `full` after 256 KiB or 1024
 * frames, and one frame of any size always fits.
 *
 * Addresses are `memory://./<name>`. All `memory()` transports of a thread share their names, so that
 * nodes of one process meet.
 *
 * @example
 * ```ts
 * import { parseAddress, systemContext } from 'signalbox'
 * import { memory } from 'signalbox/transports/memory'
 *
 * const context = await systemContext()
 * const address = parseAddress('memory://./orders')
 * const listener = await memory().listen(address, context)
 * listener.connections$.subscribe(shop => shop.receive(({ bytes }) => console.log(Buffer.from(bytes).toString())))
 *
 * const till = await memory().connect(address, context)
 * till.send(Buffer.from('one coffee'))
 * await till.close()
 * await listener.close()
 * ```
 */
export function memory(): ConnectionTransport {
  return new MemoryTransport()
}
