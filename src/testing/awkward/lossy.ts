import type { PacketTransport } from '../../core/contracts/index.js'
import { SeededRandom } from '../seeded-random.js'
import { inProcess } from './in-process.js'
import { PacketHub } from './packet-hub.js'

/** Options of {@link lossy}. */
export interface LossyOptions {
  /** What chance follows from. @default 1 */
  readonly seed?: number
  /** The share of packets that never arrive. @default 0.2 */
  readonly loss?: number
  /** The share of packets that arrive twice. @default 0.05 */
  readonly duplication?: number
  /** The share of packets that are overtaken by others. @default 0.1 */
  readonly reordering?: number
}

/** Milliseconds by which a packet that is overtaken is late, at most. */
const LATE = 5

/** Packets of 1400 B that get lost, arrive twice, and overtake each other. Addresses are `lossy://./<name>`. */
export function lossy(options: LossyOptions = {}): PacketTransport {
  const { seed = 1, loss = 0.2, duplication = 0.05, reordering = 0.1 } = options
  const random = new SeededRandom(seed)
  const delay = () => (random.next() < reordering ? 1 + random.below(LATE) : 0)
  return new PacketHub({
    name: 'lossy',
    summary: 'Packets within one process that get lost, repeated and reordered; for tests.',
    capabilities: {
      ...inProcess,
      delivery: 'lossy',
      ordered: false,
      maxFrame: 1400,
      flowControl: 'none',
      connectProves: 'nothing',
      close: 'heartbeat',
      identity: 'none',
    },
    fate: () => {
      if (random.next() < loss) return []
      return random.next() < duplication ? [delay(), delay()] : [delay()]
    },
  })
}
