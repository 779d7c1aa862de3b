import { type Capabilities, parseAddress } from '../../../src/core/contracts/index.js'
import type { Candidate, Cost } from '../../../src/core/routing/index.js'

/** What a pipe between two processes can do. */
const pipe: Capabilities = {
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
  platforms: ['linux', 'darwin', 'win32'],
}

/** A way over a transport of that name, which is like a pipe but for what is said. */
export function candidate(
  transport: string,
  capabilities: Partial<Capabilities> = {},
  rest: Partial<Candidate> = {},
): Candidate {
  const address = parseAddress(`${transport}://./x`)
  return { transport, address, capabilities: { ...pipe, ...capabilities }, unavailable: undefined, ...rest }
}

/** What was measured of something. */
export function cost(latency: number, bytesPerSecond: number, perMessage = 0): Cost {
  return { latency, bytesPerSecond, perMessage, basis: 'measured' }
}
