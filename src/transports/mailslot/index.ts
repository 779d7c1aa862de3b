import type { PacketTransport } from '../../core/contracts/index.js'
import { MailslotTransport } from './transport.js'

export { Mailslot, type MailslotOptions } from './mailslot.js'
export { MailslotWriter, type MailslotWriterOptions } from './mailslot-writer.js'

/**
 * Mailslots of this machine: packets of up to 64 KiB to `\\.\mailslot\signalbox.<name>`, by name, without a
 * connection. An endpoint reads its own slot and writes into those of others; a packet does not say who sent
 * it. Only this user can write to a slot in Signalbox's namespace.
 *
 * Addresses are `mailslot://./<name>`. With `rawNames` the name is the system's own, `\\.\mailslot\<name>`,
 * and any program's slot can be reached; messages of foreign programs are noticed within 100 ms.
 *
 * {@link Mailslot} and {@link MailslotWriter} are the same without Signalbox, to talk with other programs.
 *
 * @example
 * ```ts
 * import { parseAddress } from 'signalbox'
 * import { createTestContext } from 'signalbox/testing'
 * import { mailslot } from 'signalbox/transports/mailslot'
 *
 * const context = createTestContext('C:\\orders-run')
 * const shop = await mailslot().open(parseAddress('mailslot://./shop'), context)
 * shop.packets$.subscribe(({ bytes }) => console.log(String(bytes)))
 *
 * const till = await mailslot().open(parseAddress('mailslot://./till'), context)
 * till.send(Buffer.from('one coffee'), shop.address)
 * ```
 */
export function mailslot(): PacketTransport {
  return new MailslotTransport()
}
