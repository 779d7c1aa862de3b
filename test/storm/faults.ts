import type { SeededRandom } from '../../src/testing/index.js'
import type { Moment } from '../peers/storm-contracts.js'
import { type Roughness, roughness } from './rough-network.js'

/** What the director does to its nodes. */
export type Fault =
  /** `sudden`: from outside, whatever it does; `idle`: when nothing is on its way. */
  | { readonly kind: 'kill'; readonly moment: Moment | 'sudden' | 'idle'; readonly after: number }
  /** Stopped by a signal, and continued when the others noticed its silence, or before they do. */
  | { readonly kind: 'stop'; readonly until: 'silent' | 'progress' }
  /** Its event loop stands still, for longer or shorter than its silence is tolerated. */
  | { readonly kind: 'hang'; readonly ms: number }
  /** Its connections are cut, and no session may end of it; `both`: of two nodes at once. */
  | { readonly kind: 'cut'; readonly both: boolean }
  /** Closed under load. */
  | { readonly kind: 'close' }
  /** `process.exit` under load. */
  | { readonly kind: 'exit' }
  /** The network between the nodes does it to one of their connections. */
  | { readonly kind: 'disturb'; readonly how: Roughness }

/** What can be done to nodes over one transport. */
export interface FaultOptions {
  /** Milliseconds of silence after which a peer is given up, with room. */
  readonly silence: number
  readonly signals: boolean
  /** Whether connections can be cut. */
  readonly cuts: boolean
  /** Whether there is a network between them that can be rough. */
  readonly network: boolean
}

/** Faults without end: all kinds, shuffled, again and again. */
export function* faults(random: SeededRandom, options: FaultOptions): Generator<Fault> {
  for (;;) {
    const left = deck(random, options)
    while (left.length > 0) yield* left.splice(random.below(left.length), 1)
  }
}

function deck(random: SeededRandom, { silence, signals, cuts, network }: FaultOptions): Fault[] {
  const kill = (moment: Extract<Fault, { kind: 'kill' }>['moment'], most: number): Fault => ({
    kind: 'kill',
    moment,
    after: 1 + random.below(most),
  })
  return [
    kill('writing', 100),
    kill('in mid-message', 4),
    kill('reading', 100),
    kill('sudden', 1),
    kill('idle', 1),
    { kind: 'close' },
    { kind: 'exit' },
    { kind: 'hang', ms: 1 + random.below(silence / 6) },
    { kind: 'hang', ms: silence },
    ...(cuts
      ? ([
          { kind: 'cut', both: false },
          { kind: 'cut', both: true },
        ] as const)
      : []),
    ...(network ? roughness.map(how => ({ kind: 'disturb', how }) as const) : []),
    ...(signals
      ? ([
          { kind: 'stop', until: 'progress' },
          { kind: 'stop', until: 'silent' },
        ] as const)
      : []),
  ]
}

/** `kill in mid-message (3)` */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
      return `kill ${fault.moment} (${fault.after})`
    case 'stop':
      return `stop until ${fault.until}`
    case 'hang':
      return `hang for ${fault.ms} ms`
    case 'cut':
      return fault.both ? 'cut at both ends' : 'cut'
    case 'disturb':
      return `${fault.how} by the network`
    default:
      return fault.kind
  }
}
