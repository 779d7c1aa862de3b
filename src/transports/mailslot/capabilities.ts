import type { Address, Capabilities } from '../../core/contracts/index.js'
import { DEFAULT_MAX_MESSAGE } from './mailslot.js'
import { isGroup } from './mailslot-address.js'

/** Where mailslots exist as described here. */
export const platforms: readonly NodeJS.Platform[] = Object.freeze(['win32'] as const)

/** Bytes of the largest message to a group: it travels as one datagram. */
export const LARGEST_TO_GROUP = 400

const here: Capabilities = Object.freeze({
  reach: 'machine',
  delivery: 'reliable',
  ordered: true,
  // Each endpoint has a slot of its own and writes into those of others.
  direction: 'duplex',
  group: 'none',
  maxFrame: DEFAULT_MAX_MESSAGE,
  boundaries: 'message',
  // An endpoint reads as long as it lives: a full slot tells of a burst, not of a receiver that stopped.
  flowControl: 'none',
  rendezvous: 'name',
  connectProves: 'nothing',
  close: 'heartbeat',
  names: 'exclusive',
  identity: 'none',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms,
})

/** Datagrams to every machine of a domain that has such a slot. */
const toGroup: Capabilities = Object.freeze({
  ...here,
  reach: 'network',
  delivery: 'lossy',
  ordered: false,
  group: 'broadcast',
  maxFrame: LARGEST_TO_GROUP,
  // One on each machine.
  names: 'shared',
  auto: false,
})

/** What mailslots at `address` can do. */
export function capabilitiesAt(address: Address): Capabilities {
  return isGroup(address) ? toGroup : here
}
