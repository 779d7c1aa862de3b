import type { Address, Capabilities } from '../contracts/index.js'

/** What a link to a peer needs of its track. */
export interface Need {
  /** Where the peer is, seen from here. */
  readonly locality: 'same-process' | 'same-machine' | 'elsewhere'
  /** Names of transports that the user wants first, in that order. */
  readonly prefer: readonly string[]
}

/** One way to reach the peer. */
export interface Candidate {
  readonly transport: string
  readonly address: Address
  readonly capabilities: Capabilities
  /** Why it does not work here; undefined when it does. */
  readonly unavailable: string | undefined
}

/** Why a candidate cannot carry the link. */
export interface Rejection {
  readonly transport: string
  readonly address: Address
  readonly rule: 'availability' | 'reach' | 'delivery' | 'direction' | 'consent'
  readonly because: string
}

/** The verdict on all candidates. */
export interface Selection {
  readonly chosen: Candidate | undefined
  /** All that would do, the best first. */
  readonly ranked: readonly Candidate[]
  readonly rejected: readonly Rejection[]
}

type Rule = (need: Need, candidate: Candidate) => string | undefined

/** The hard rules, in the order in which they are asked. */
const rules: readonly (readonly [Rejection['rule'], Rule])[] = [
  ['availability', (_need, { unavailable }) => unavailable],
  [
    'reach',
    ({ locality }, { capabilities: { reach } }) => {
      if (locality === 'same-process' || reach === 'network') return undefined
      if (locality === 'same-machine' && reach !== 'process') return undefined
      return `it reaches as far as the ${reach}, and the peer is ${locality}`
    },
  ],
  [
    'delivery',
    (_need, { capabilities: { delivery, ordered } }) =>
      delivery === 'reliable' && ordered ? undefined : 'it may lose or reorder frames',
  ],
  [
    'direction',
    (_need, { capabilities }) =>
      capabilities.direction === 'duplex' ? undefined : 'it carries one way only',
  ],
  [
    'consent',
    ({ prefer }, { transport, capabilities }) =>
      capabilities.auto || prefer.includes(transport)
        ? undefined
        : 'it is used only where the configuration names it',
  ],
]

const distance: Readonly<Record<Capabilities['reach'], number>> = {
  process: 0,
  session: 1,
  machine: 1,
  network: 2,
}

/**
 * Chooses the track for a link: hard rules reject, then the user's order ranks, then the shorter reach.
 * Pure: the same need and candidates give the same selection.
 */
export function select(need: Need, candidates: readonly Candidate[]): Selection {
  const rejected: Rejection[] = []
  const fit = candidates.filter(candidate => {
    for (const [rule, objection] of rules) {
      const because = objection(need, candidate)
      if (because === undefined) continue
      rejected.push({ transport: candidate.transport, address: candidate.address, rule, because })
      return false
    }
    return true
  })
  const preference = ({ transport }: Candidate) => {
    const at = need.prefer.indexOf(transport)
    return at < 0 ? need.prefer.length : at
  }
  const ranked = fit.toSorted(
    (a, b) =>
      preference(a) - preference(b) || distance[a.capabilities.reach] - distance[b.capabilities.reach],
  )
  return { chosen: ranked[0], ranked, rejected }
}
