import type { PacketTransport } from '../../core/contracts/index.js'
import { type RingOptions, ringSettings } from './ring-settings.js'
import { BroadcastRingTransport } from './transport.js'

export type { BroadcastMessage } from './broadcast-message.js'
export { BroadcastRing, type BroadcastRingReader } from './broadcast-ring.js'
export type { SlowReaderPolicy } from './broadcast-writer.js'
export type { Loan } from './loan.js'
export type { RingOptions } from './ring-settings.js'

/**
 * Groups of processes of this user on this machine: what one sends to its group, all others hear. Each process writes a ring in
 * shared memory, once, however many read it; they meet over control connections, by which a sleeping reader is woken and
 * a process's end is noticed. Nobody can be spoken to alone.
 *
 * Addresses are `broadcast-ring://./<group>`; up to 31 processes are in a group. The options are those of the ring that this
 * process writes.
 *
 * {@link BroadcastRing} is one such ring alone: one writer, and many readers.
 *
 * @example
 * ```ts
 * import { firstValueFrom } from 'rxjs'
 * import { parseAddress, systemContext } from 'signalbox'
 * import { broadcastRing } from 'signalbox/transports/broadcast-ring'
 *
 * const context = await systemContext()
 * const group = parseAddress('broadcast-ring://./orders')
 * const shop = await broadcastRing().open(group, context)
 * const till = await broadcastRing().open(group, context)
 *
 * const order = firstValueFrom(shop.packets$)
 * till.send(Buffer.from('one coffee'), 'all')
 * console.log(Buffer.from((await order).bytes).toString())
 * await till.close()
 * await shop.close()
 * ```
 * @throws SignalboxError `CONFIG_INVALID` for options that cannot be
 */
export function broadcastRing(options: RingOptions = {}): PacketTransport {
  return new BroadcastRingTransport(ringSettings(options))
}
