import type { Capabilities } from '../contracts/index.js'
import type { Cost } from './cost.js'
import { typicalCost } from './typical-cost.js'

/** What somebody measured of a mechanism; the units are those of {@link Cost}. */
export type Figures = Omit<Cost, 'basis'>

/** What is known of the costs of each transport on this machine. */
export class Costs {
  readonly #known = new Map<string, Cost>()
  #changes = 0

  /** How often anything changed: what was worked out from costs holds until then. */
  get changes(): number {
    return this.#changes
  }

  /** Takes over a calibration, which was measured within this machine. */
  adopt(calibration: ReadonlyMap<string, Figures>): void {
    for (const [transport, { latency, perMessage, bytesPerSecond }] of calibration)
      this.#known.set(transport, { latency, perMessage, bytesPerSecond, basis: 'measured' })
    this.#changes++
  }

  /** What a transport costs where it has these capabilities. A network's cost is the network's, not this machine's. */
  of(transport: string, capabilities: Capabilities): Cost {
    const known = capabilities.reach === 'network' ? undefined : this.#known.get(transport)
    return known ?? typicalCost(capabilities)
  }
}
