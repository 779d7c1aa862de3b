import type { PacketTransport } from '../../core/contracts/index.js'
import { DllTransport } from './transport.js'

export { SHARED_SYMBOL, SharedDll, type SharedDllOptions } from './shared-dll.js'

/**
 * The shared section of a library that processes of this machine have loaded: packets of up to 16 KiB, by name, without a
 * connection. An endpoint has a slot of its own, reads it, and writes into those of others in the same library.
 * The library is written by us, one for each name, and checked before it is loaded.
 *
 * Addresses are `dll://./<library>/<slot>`. A slot has one owner; that of a process that was killed is free at once.
 * Close an endpoint before its thread is terminated: its slot stays taken until the process ends.
 *
 * {@link SharedDll} is the shared memory alone, to share it with other programs.
 *
 * @example
 * ```ts
 * import { firstValueFrom } from 'rxjs'
 * import { parseAddress, systemContext } from 'signalbox'
 * import { dll } from 'signalbox/transports/dll'
 *
 * const context = await systemContext()
 * const shop = await dll().open(parseAddress('dll://./orders/shop'), context)
 * const till = await dll().open(parseAddress('dll://./orders/till'), context)
 *
 * const order = firstValueFrom(shop.packets$)
 * till.send(Buffer.from('one coffee'), shop.address)
 * console.log(Buffer.from((await order).bytes).toString())
 * await till.close()
 * await shop.close()
 * ```
 */
export function dll(): PacketTransport {
  return new DllTransport()
}
