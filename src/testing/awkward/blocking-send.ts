import type { PacketTransport } from '../../core/contracts/index.js'
import { SeededRandom } from '../seeded-random.js'
import { inProcess } from './in-process.js'
import { PacketHub } from './packet-hub.js'

/** Options of {@link blockingSend}. */
export interface BlockingSendOptions {
  /** What chance follows from. @default 1 */
  readonly seed?: number
  /** Milliseconds for which a send blocks the whole process, at most. @default 2 */
  readonly longest?: number
}

/** Of so many sends one blocks. */
const BLOCKS_ONE_IN = 200
/** Of so many sends one is refused. */
const REFUSES_ONE_IN = 3

/**
 * Packets whose sending blocks the event loop at times, as a window message to a busy program does, and is refused
 * often. Addresses are `blocking-send://./<name>`.
 */
export function blockingSend(options: BlockingSendOptions = {}): PacketTransport {
  const { seed = 1, longest = 2 } = options
  const random = new SeededRandom(seed)
  const never = new Int32Array(new SharedArrayBuffer(4))
  return new PacketHub({
    name: 'blocking-send',
    summary: 'Packets within one process whose sending blocks at times and is refused often; for tests.',
    capabilities: {
      ...inProcess,
      maxFrame: 65_536,
      connectProves: 'nothing',
      close: 'heartbeat',
      identity: 'none',
    },
    refuses: () => {
      if (random.below(BLOCKS_ONE_IN) === 0) Atomics.wait(never, 0, 0, random.next() * longest)
      return random.below(REFUSES_ONE_IN) === 0
    },
    fate: () => [0],
  })
}
