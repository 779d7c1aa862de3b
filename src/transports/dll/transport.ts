import {
  type Address,
  type Availability,
  type Capabilities,
  type Endpoint,
  type PacketTransport,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { nativeAvailability } from '../../native/availability.js'
import { kernel32 } from '../../native/win32/kernel32.js'
import { Bells } from './bells.js'
import { capabilities } from './capabilities.js'
import { neighbourOf, nodeSlotAddress, slotPlaceOf } from './dll-address.js'
import { DllEndpoint } from './dll-endpoint.js'
import { SharedDll } from './shared-dll.js'
import { SECTION } from './slot-layout.js'
import { SlotTable } from './slot-table.js'

/** The slots of libraries on this machine. */
export class DllTransport implements PacketTransport {
  readonly shape = 'packet'
  readonly name = 'dll'
  readonly summary =
    'Packets through the shared section of a library that all processes have loaded; for programs that share data in this way.'

  async availability(): Promise<Availability> {
    return nativeAvailability(this.name, capabilities.platforms, kernel32)
  }

  describe(_address: Address): Capabilities {
    return capabilities
  }

  nodeAddress(namespace: string, node: string): Address {
    return nodeSlotAddress(namespace, node)
  }

  returnAddress(to: Address, unique: string): Address {
    return neighbourOf(to, unique)
  }

  async open(address: Address, context: TransportContext, options: TransportOptions = {}): Promise<Endpoint> {
    const place = slotPlaceOf(address, options)
    throwIfAborted(`open ${address.href}`, options.signal)
    const dll = await SharedDll.open(place.library, SECTION, { runtimeFolder: context.runtimeFolder })
    const bells = new Bells(dll.path)
    try {
      throwIfAborted(`open ${address.href}`, options.signal)
      const table = new SlotTable(dll.buffer, slot => bells.ring(slot))
      const nonce = Buffer.from(context.random.bytes(4)).readInt32LE() | 1
      const slot = bells.whileNobodyElse(() => table.claim(place.slot, nonce))
      if (slot === undefined) {
        const why = 'is taken: a live process has that slot; close that one or use another name'
        throw new SignalboxError('ADDRESS_IN_USE', `${address.href} ${why}`)
      }
      return new DllEndpoint(address, { dll, bells, table, slot }, options)
    } catch (error) {
      bells.close()
      dll.unload()
      throw error
    }
  }
}
