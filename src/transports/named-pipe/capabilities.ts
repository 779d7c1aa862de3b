import type { Address, Capabilities } from '../../core/contracts/index.js'
import { isOneWay } from './pipe-name.js'

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

/**
 * What a pipe at `address` can do. Windows does not tell a client that only writes, and has nothing to write, that its
 * listener is gone; it hears of that with its next frame.
 */
export function capabilitiesAt(address: Address): Capabilities {
  const duplex = address.host === '.' ? here : elsewhere
  return isOneWay(address) ? { ...duplex, direction: 'simplex' } : duplex
}
