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
import { capabilitiesAt, LARGEST_TO_GROUP, platforms } from './capabilities.js'
import { LEASE } from './leased-writers.js'
import { Mailslot, type MailslotOptions } from './mailslot.js'
import { isGroup, nodeSlotAddress, type SlotPlace, slotPlaceOf } from './mailslot-address.js'
import { MailslotEndpoint } from './mailslot-endpoint.js'
import { MailslotWriter } from './mailslot-writer.js'
import { claimOn } from './slot-claim.js'
import { slotPathOf } from './slot-name.js'

/** In our own namespace all writers ring, so that an idle slot costs nothing. */
const NEVER = Number.POSITIVE_INFINITY
/** How often a name is tried that only the writers of a dead reader keep. */
const ATTEMPTS = 10

/** Mailslots of this machine, and of the machines of a domain. */
export class MailslotTransport implements PacketTransport {
  readonly shape = 'packet'
  readonly name = 'mailslot'
  readonly summary =
    'Messages to a slot that programs on the machine find by name; for talking with foreign programs, and it does not say who the peer is.'

  async availability(): Promise<Availability> {
    return nativeAvailability(this.name, platforms, kernel32)
  }

  describe(address: Address): Capabilities {
    return capabilitiesAt(address)
  }

  nodeAddress(namespace: string, node: string): Address {
    return nodeSlotAddress(namespace, node)
  }

  async open(address: Address, context: TransportContext, options: TransportOptions = {}): Promise<Endpoint> {
    const place = slotPlaceOf(address, options)
    throwIfAborted(`open ${address.href}`, options.signal)
    // Nothing but an attempt shows whether the system carries messages to other machines.
    if (isGroup(place)) MailslotWriter.open(place.name, { host: place.host }).close()
    const slot = await this.#create(place, address, context, options)
    return new MailslotEndpoint(address, slot, context, options)
  }

  async #create(
    place: SlotPlace,
    address: Address,
    { clock }: TransportContext,
    { rawNames = false, signal }: TransportOptions,
  ): Promise<Mailslot> {
    const { name } = place
    for (let attempt = 1; ; attempt += 1) {
      try {
        return Mailslot.create(name, optionsFor(place, rawNames))
      } catch (error) {
        // A dead reader's writers are ours, too, and let go of the name soon.
        const stale = isSignalboxError(error, 'ADDRESS_IN_USE') && claimOn(slotPathOf(name)) === undefined
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

/** What comes from other machines is written by a service of the system, which rings for nobody. */
function optionsFor(place: SlotPlace, rawNames: boolean): MailslotOptions {
  if (isGroup(place)) return { maxMessage: LARGEST_TO_GROUP, security: 'everyone' }
  return rawNames ? {} : { pollInterval: NEVER }
}
