import type { Address, Capabilities } from '../../core/contracts/index.js'
import { isLoopback } from './endpoint.js'

const loopback: Capabilities = Object.freeze({
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
  identity: 'none',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms: Object.freeze(['linux', 'darwin', 'win32', 'freebsd', 'openbsd', 'sunos', 'aix'] as const),
})

/** A peer that loses its power or its cable says nothing: only silence tells. */
const network: Capabilities = Object.freeze({ ...loopback, reach: 'network', close: 'heartbeat' })

/** What TCP can do at `address`: on this machine, the peer's operating system always says when it died. */
export function capabilitiesAt(address: Address): Capabilities {
  return isLoopback(address.host) ? loopback : network
}
