import type { Capabilities } from '../contracts/index.js'
import type { Cost } from './cost.js'
import { typicalCost } from './typical-cost.js'

/** What somebody measured of a mechanism; the units are those of {@link Cost}. */
export type Figures = Omit<Cost, 'basis'>

/** What a link saw while it worked: whatever it could tell. */
export type Observation = { readonly [K in keyof Figures]?: number }

/** How much one observation counts against all before it. */
const WEIGHT = 1 / 8

/** What is known of the costs of each transport on this machine: from a calibration, then from what links see. */
export class Costs {
  readonly #known = new Map<string, Cost>()

  /** Takes over a calibration, which was measured within this machine; what links saw already counts more. */
  adopt(calibration: ReadonlyMap<string, Figures>): void {
    for (const [transport, { latency, perMessage, bytesPerSecond }] of calibration) {
      if (this.#known.get(transport)?.basis === 'observed') continue
      this.#known.set(transport, { latency, perMessage, bytesPerSecond, basis: 'measured' })
    }
  }

  /** What a transport costs where it has these capabilities. */
  of(transport: string, capabilities: Capabilities): Cost {
    return this.#known.get(keyOf(transport, capabilities)) ?? typicalCost(capabilities)
  }

  /** Lets what a link saw count, a little. Figures that are no positive number are no figures. */
  observe(transport: string, capabilities: Capabilities, observation: Observation): void {
    const before = this.of(transport, capabilities)
    const mean = (figure: keyof Figures) => {
      const seen = observation[figure]
      const isFigure = seen !== undefined && seen > 0 && Number.isFinite(seen)
      return isFigure ? before[figure] + WEIGHT * (seen - before[figure]) : before[figure]
    }
    this.#known.set(keyOf(transport, capabilities), {
      latency: mean('latency'),
      perMessage: mean('perMessage'),
      bytesPerSecond: mean('bytesPerSecond'),
      basis: 'observed',
    })
  }

  /** What links saw within this machine, by transport: what a calibration may be refreshed with. */
  observed(): Map<string, Figures> {
    const observed = new Map<string, Figures>()
    for (const [key, { basis, ...figures }] of this.#known)
      if (basis === 'observed' && !key.endsWith(AWAY)) observed.set(key, figures)
    return observed
  }
}

/** What a network costs depends on the network, and tells nothing of the machine. */
const AWAY = ' away'

function keyOf(transport: string, { reach }: Capabilities): string {
  return reach === 'network' ? transport + AWAY : transport
}
