import type { PacketTransport } from '../../core/contracts/index.js'
import { MailslotTransport } from './transport.js'

export { Mailslot, type MailslotOptions, type NextMessageOptions } from './mailslot.js'
export { MailslotWriter, type MailslotWriterOptions } from './mailslot-writer.js'

/**
 * Mailslots of this machine: packets of up to 64 KiB to `\\.\mailslot\signalbox.<name>`, by name, without a
 * connection. An endpoint reads its own slot and writes into those of others; a packet does not say who sent
 * it. Only this user can write to a slot in Signalbox's namespace.
 *
 * Addresses are `mailslot://./<name>`. With `rawNames` the name is the system's own, `\\.\mailslot\<name>`,
 * and any program's slot can be reached; messages of foreign programs are noticed within 100 ms. With
 * `allowRemote` a host that is not `.` names a group: `*` the machines of this domain, any other name those of that
 * domain. `send(bytes, 'all')` reaches their slots of that name with datagrams of up to 400 B, where Windows carries them.
 *
 * A name has one reader. Of a reader that was killed it is free again within 50 ms, unless a foreign program
 * still has the slot open. Close it before its thread is terminated: what
 * a terminated thread was waiting for may end the process when it comes.
 *
 * {@link Mailslot} and {@link MailslotWriter} are the same without Signalbox, to talk with other programs.
 *
 * @example
 * ```ts
 * import { firstValueFrom } from 'rxjs'
 * import { parseAddress, systemContext } from 'signalbox'
 * import { mailslot } from 'signalbox/transports/mailslot'
 *
 * const context = await systemContext()
 * const shop = await mailslot().open(parseAddress('mailslot://./shop'), context)
 * const till = await mailslot().open(parseAddress('mailslot://./till'), context)
 *
 * const order = firstValueFrom(shop.packets$)
 * till.send(Buffer.from('one coffee'), shop.address)
 * console.log(Buffer.from((await order).bytes).toString())
 * await till.close()
 * await shop.close()
 * ```
 */
export function mailslot(): PacketTransport {
  return new MailslotTransport()
}
