import type { Capabilities } from '../contracts/index.js'
import type { Cost } from './cost.js'

/** Orders of magnitude, by what kind of mechanism it is. */
const usual = {
  /** Within one process: a queue. */
  process: of(5, 0.5, 5e9),
  /** Whole frames in memory that both sides see: a sleeping reader is woken, and nothing is copied twice. */
  memory: of(45, 0.4, 8e9),
  /** A stream that the kernel keeps between two processes of this machine. */
  kernel: of(40, 1, 1.7e9),
  /** The same through the network's parts of the kernel, which do not know who the peer is. */
  loopback: of(55, 1.4, 1.5e9),
  network: of(500, 2, 1e8),
  /** Nobody says when there is room, or whether anything arrived: it is found out, message by message. */
  unconfirmed: of(400, 20, 5e7),
  /** One place for all, which is taken in turns. */
  turns: of(5000, 5000, 1e7),
} as const

/**
 * What a mechanism costs that was never measured here, by its capabilities alone: enough to rank kinds of
 * mechanisms, and nothing that a machine should be held to.
 */
export function typicalCost(capabilities: Capabilities): Cost {
  const { reach, rendezvous, group, flowControl, delivery, boundaries, identity, close } = capabilities
  if (rendezvous === 'ambient' || group === 'always') return usual.turns
  if (reach === 'process') return usual.process
  if (reach === 'network') return usual.network
  if (flowControl === 'none' || delivery === 'lossy' || close === 'heartbeat') return usual.unconfirmed
  if (boundaries === 'message') return usual.memory
  return identity === 'kernel' || rendezvous === 'introduced' ? usual.kernel : usual.loopback
}

function of(latency: number, perMessage: number, bytesPerSecond: number): Cost {
  return Object.freeze({ latency, perMessage, bytesPerSecond, basis: 'typical' })
}
