import type { Capabilities } from '../contracts/index.js'
import type { Way } from '../link/index.js'
import type { Candidate } from './candidate.js'
import { cheapestBySize, clearlyCheaperFrom, type Priced } from './cheapest-by-size.js'
import type { Costs } from './costs.js'
import type { Preferences } from './need.js'
import type { TrackPlan } from './track-plan.js'
import { TracksBySize } from './tracks-by-size.js'
import { typicalCost } from './typical-cost.js'

/** What {@link tracksByCost} goes by. */
export interface CostPlanOptions {
  readonly costs: Costs
  readonly preferences: Preferences
  /** What a transport can do there; undefined where it is not installed. */
  capabilitiesOf(way: Way): Capabilities | undefined
}

/**
 * Further tracks where they pay: a link has each way that is the cheapest for messages of some size, and each message
 * takes the one that is the cheapest for its own. One more is opened when a message would be clearly cheaper there, since
 * opening costs something, too. Where the user prefers transports, no others are added, and a last
 * resort is never added to anything.
 */
export function tracksByCost({ costs, preferences, capabilitiesOf }: CostPlanOptions): TrackPlan {
  const { prefer = [] } = preferences
  const isAsWanted = ({ transport, capabilities: { lastResort = false } }: Candidate) =>
    !lastResort && (prefer.length === 0 || prefer.includes(transport))
  const priceOf = (way: Way): Priced | undefined => {
    const capabilities = capabilitiesOf(way)
    if (capabilities === undefined) return undefined
    return { cost: costs.of(way.transport, capabilities), maxFrame: capabilities.maxFrame }
  }
  return {
    further(ranked) {
      const [first] = ranked
      if (first === undefined || !isAsWanted(first)) return []
      const [present, ...others] = ranked.filter(isAsWanted).map(over => {
        const { capabilities, cost = typicalCost(capabilities) } = over
        return { over, cost, maxFrame: capabilities.maxFrame }
      })
      if (present === undefined) return []
      return cheapestBySize([present, ...others]).flatMap(({ item }) => {
        const from = item === present ? undefined : clearlyCheaperFrom(item, present)
        return from === undefined ? [] : { over: item.over, from }
      })
    },
    observed(way, sample) {
      if (capabilitiesOf(way)?.reach !== 'network') costs.observe(way.transport, sample)
    },
    choice: () => new TracksBySize(priceOf, () => costs.changes).choose,
  }
}
