import {
  type Address,
  type Availability,
  type Capabilities,
  type Endpoint,
  isSignalboxError,
  type PacketTransport,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { nativeAvailability } from '../../native/availability.js'
import { foreign } from '../../native/system-library.js'
import { capabilitiesOf, platforms } from './capabilities.js'
import { groupOf, nodeGroupAddress } from './group-address.js'
import { GroupEndpoint } from './group-endpoint.js'
import { Membership } from './membership.js'
import type { RingSettings } from './ring-settings.js'

/** Groups of processes, each with a ring that all others hear. */
export class BroadcastRingTransport implements PacketTransport {
  readonly shape = 'packet'
  readonly name = 'broadcast-ring'
  readonly summary =
    'Packets that everybody in a group hears, through rings in shared memory: written once, however many read them.'
  readonly #capabilities: Capabilities
  /** This process in each group, and in each surroundings: the folder decides whom it meets there. */
  readonly #memberships = new Map<string, Promise<Membership>>()

  constructor(private readonly settings: RingSettings) {
    this.#capabilities = capabilitiesOf(settings)
  }

  async availability(): Promise<Availability> {
    return nativeAvailability(this.name, platforms, foreign)
  }

  describe(_address: Address): Capabilities {
    return this.#capabilities
  }

  nodeAddress(namespace: string, node: string): Address {
    return nodeGroupAddress(namespace, node)
  }

  /** In a group, everybody hears the answer. */
  returnAddress(to: Address): Address {
    return to
  }

  async open(address: Address, context: TransportContext, options: TransportOptions = {}): Promise<Endpoint> {
    const group = groupOf(address)
    throwIfAborted(`open ${address.href}`, options.signal)
    const key = `${context.runtimeFolder} ${group}`
    const joining = this.#memberships.get(key) ?? Membership.join(group, this.settings, context, options)
    this.#memberships.set(key, joining)
    const forget = () => {
      if (this.#memberships.get(key) === joining) this.#memberships.delete(key)
    }
    const membership = await joining.catch(error => {
      forget()
      const givenUpByAnother = isSignalboxError(error, 'ABORTED') && options.signal?.aborted !== true
      if (!givenUpByAnother) throw error
    })
    if (membership === undefined || membership.isOver) return this.open(address, context, options)
    return new GroupEndpoint(address, membership, async () => {
      if (!membership.isEmpty) return
      forget()
      await membership.leave()
    })
  }
}
