import type { Address, Capabilities } from '../../core/contracts/index.js'

/** Where named pipes exist as described here. */
export const platforms: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32']

const here: Capabilities = Object.freeze({
  reach: 'machine',
  delivery: 'reliable',
  ordered: true,
  direction: 'duplex',
  group: 'none',
  maxFrame: Number.POSITIVE_INFINITY,
  boundaries: 'stream',
  flowControl: 'track',
  rendezvous: 'name',
  connectProves: 'listener',
  close: 'mechanism',
  names: 'exclusive',
  identity: 'kernel',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms,
})

/** A pipe to another Windows machine: nobody here vouches for who serves it. */
const elsewhere: Capabilities = Object.freeze({
  ...here,
  reach: 'network',
  identity: 'none',
  platforms: Object.freeze(['win32'] as const),
})

/** What a pipe at `address` can do. */
export function capabilitiesAt(address: Address): Capabilities {
  return address.host === '.' ? here : elsewhere
}
