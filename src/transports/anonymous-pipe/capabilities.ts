import type { Address, Capabilities } from '../../core/contracts/index.js'

/** Where anonymous pipes exist as described here. */
export const platforms: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32']

/** Two pipes, one each way. The kernel does not say who is at the other end: whoever introduced it may. */
const pair: Capabilities = Object.freeze({
  reach: 'machine',
  delivery: 'reliable',
  ordered: true,
  direction: 'duplex',
  group: 'none',
  maxFrame: Number.POSITIVE_INFINITY,
  boundaries: 'stream',
  flowControl: 'track',
  rendezvous: 'introduced',
  connectProves: 'listener',
  close: 'mechanism',
  names: 'exclusive',
  identity: 'none',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms,
})

/** The reader hears of its peer's end at once, the writer with its next write: no system tells an idle one. */
const oneWay: Capabilities = Object.freeze({ ...pair, direction: 'simplex' })

/** Whether one pipe is meant, from who connects to who listens, or two. */
export function isOneWay({ options }: Pick<Address, 'options'>): boolean {
  return options['direction'] === 'simplex'
}

/** What a connection that is introduced by `address` can do. */
export function capabilitiesAt(address: Address): Capabilities {
  return isOneWay(address) ? oneWay : pair
}
