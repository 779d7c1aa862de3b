import type { Capabilities } from '../contracts/index.js'
import type { PaceSample } from '../link/index.js'
import type { Cost } from './cost.js'
import { typicalCost } from './typical-cost.js'
import { WindowedBest } from './windowed-best.js'

/** What somebody measured of a mechanism; the units are those of {@link Cost}. */
export type Figures = Omit<Cost, 'basis'>

/** What links saw of a mechanism, at its best within a while. */
export type Observed = Pick<Cost, 'latency' | 'bytesPerSecond'>

/** Milliseconds for which what links saw counts. */
const WINDOW = 60_000

/** What links see of one transport. */
interface Observation {
  readonly latency: WindowedBest
  readonly rate: WindowedBest
  best: Observed
}

/**
 * What is known of the costs of each transport on this machine: what a calibration measured, or what is typical; and
 * better, where links that work see better. Worse they cannot know: what they see contains how busy the peer is.
 */
export class Costs {
  readonly #known = new Map<string, Cost>()
  readonly #seen = new Map<string, Observation>()
  #changes = 0

  /** How often anything changed: what was worked out from costs holds until then. */
  get changes(): number {
    return this.#changes
  }

  /** What links saw within the last while, by transport. */
  get observed(): ReadonlyMap<string, Observed> {
    return new Map([...this.#seen].map(([transport, { best }]) => [transport, best]))
  }

  /** Takes over a calibration, which was measured within this machine. */
  adopt(calibration: ReadonlyMap<string, Figures>): void {
    for (const [transport, { latency, perMessage, bytesPerSecond }] of calibration)
      this.#known.set(transport, { latency, perMessage, bytesPerSecond, basis: 'measured' })
    this.#changes++
  }

  /** Takes notice of what a link within this machine saw of a transport. */
  observe(transport: string, { at, roundTrip, bytesPerSecond }: PaceSample): void {
    let seen = this.#seen.get(transport)
    if (seen === undefined) {
      const best = { latency: Number.POSITIVE_INFINITY, bytesPerSecond: 0 }
      seen = { latency: new WindowedBest(Math.min, WINDOW), rate: new WindowedBest(Math.max, WINDOW), best }
      this.#seen.set(transport, seen)
    }
    const latency = seen.latency.add((1000 * roundTrip) / 2, at)
    const rate = seen.rate.add(bytesPerSecond, at)
    if (latency === seen.best.latency && rate === seen.best.bytesPerSecond) return
    seen.best = { latency, bytesPerSecond: rate }
    this.#changes++
  }

  /** What a transport costs where it has these capabilities. A network's cost is the network's, not this machine's. */
  of(transport: string, capabilities: Capabilities): Cost {
    const typical = typicalCost(capabilities)
    if (capabilities.reach === 'network') return typical
    const known = this.#known.get(transport) ?? typical
    const seen = this.#seen.get(transport)
    return seen === undefined ? known : bettered(known, seen.best)
  }
}

/** What is known, or what was seen where that is better. */
export function bettered<T extends Figures>(known: T, seen: Observed): T {
  const latency = Math.min(known.latency, seen.latency)
  const bytesPerSecond = Math.max(known.bytesPerSecond, seen.bytesPerSecond)
  return { ...known, latency, bytesPerSecond }
}
