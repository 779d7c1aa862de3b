import {
  type Address,
  type Availability,
  aborted,
  type Capabilities,
  type Endpoint,
  isSignalboxError,
  type PacketTransport,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { nativeAvailability } from '../../native/availability.js'
import { kernel32 } from '../../native/win32/kernel32.js'
import { capabilities } from './capabilities.js'
import { LEASE } from './leased-writers.js'
import { Mailslot } from './mailslot.js'
import { nodeSlotAddress, slotNameOf } from './mailslot-address.js'
import { MailslotEndpoint } from './mailslot-endpoint.js'
import { isClaimed } from './slot-claim.js'
import { slotPathOf } from './slot-name.js'

/** In our own namespace all writers ring, so that an idle slot costs nothing. */
const NEVER = Number.POSITIVE_INFINITY
/** How often a name is tried that only the writers of a dead reader keep. */
const ATTEMPTS = 10

/** Mailslots of this machine. */
export class MailslotTransport implements PacketTransport {
  readonly shape = 'packet'
  readonly name = 'mailslot'
  readonly summary =
    'Messages to a slot that programs on the machine find by name; for talking with foreign programs, and it does not say who the peer is.'

  async availability(): Promise<Availability> {
    return nativeAvailability(this.name, capabilities.platforms, kernel32)
  }

  describe(_address: Address): Capabilities {
    return capabilities
  }

  nodeAddress(namespace: string, node: string): Address {
    return nodeSlotAddress(namespace, node)
  }

  async open(address: Address, context: TransportContext, options: TransportOptions = {}): Promise<Endpoint> {
    const name = slotNameOf(address, options)
    throwIfAborted(`open ${address.href}`, options.signal)
    const slot = await this.#create(name, address, context, options)
    return new MailslotEndpoint(address, slot, context, options)
  }

  async #create(
    name: string,
    address: Address,
    { clock }: TransportContext,
    { rawNames = false, signal }: TransportOptions,
  ): Promise<Mailslot> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return Mailslot.create(name, rawNames ? {} : { pollInterval: NEVER })
      } catch (error) {
        // A dead reader's writers are ours, too, and let go of the name soon.
        const stale = isSignalboxError(error, 'ADDRESS_IN_USE') && !isClaimed(slotPathOf(name))
        if (rawNames || !stale || attempt === ATTEMPTS) throw error
      }
      const pause = new AbortController()
      await new Promise<void>(resolve => {
        const timer = clock.after(LEASE, resolve)
        const giveUp = () => {
          timer.cancel()
          resolve()
        }
        signal?.addEventListener('abort', giveUp, { once: true, signal: pause.signal })
      })
      pause.abort()
      if (signal?.aborted) throw aborted(`open ${address.href}`, signal)
    }
  }
}
