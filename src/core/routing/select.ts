import type { Address } from '../contracts/index.js'
import type { Candidate } from './candidate.js'
import { type Cost, microsecondsFor, NOISE } from './cost.js'
import { type Need, USUAL_SIZE } from './need.js'
import { brokenRule, type Rule } from './rules.js'
import { typicalCost } from './typical-cost.js'

/** A candidate that would do. */
export interface Ranked extends Candidate {
  readonly cost: Cost
  /** Until a message of the needed size is at the other side. */
  readonly microseconds: number
  /** What gives it its place, in one sentence. */
  readonly because: string
}

/** Why a candidate cannot carry the link. */
export interface Rejection {
  readonly transport: string
  readonly address: Address
  readonly rule: Rule
  readonly because: string
}

/** The verdict on all candidates. */
export interface Selection {
  readonly chosen: Ranked | undefined
  /** All that would do, the best first. */
  readonly ranked: readonly Ranked[]
  /** All others, by name. */
  readonly rejected: readonly Rejection[]
}

/**
 * Chooses the track for a link. Hard rules reject; then the user's order ranks, then what is no last resort comes
 * before what is, then the lower cost of a message of the needed size. Pure: what it says depends on nothing but
 * the need and the set of candidates, whatever their order; equals stand by name, then by address.
 */
export function select(need: Need, candidates: readonly Candidate[]): Selection {
  const ranked: Ranked[] = []
  const rejected: Rejection[] = []
  for (const candidate of candidates) {
    const broken = brokenRule(need, candidate)
    if (broken === undefined) ranked.push(priced(need, candidate))
    else rejected.push({ transport: candidate.transport, address: candidate.address, ...broken })
  }
  ranked.sort(
    (a, b) =>
      preference(need, a) - preference(need, b) ||
      lateness(a) - lateness(b) ||
      step(a) - step(b) ||
      byName(a, b),
  )
  return { chosen: ranked[0], ranked, rejected: rejected.sort(byName) }
}

function priced(need: Need, candidate: Candidate): Ranked {
  const { size = USUAL_SIZE } = need
  const { capabilities, cost = typicalCost(capabilities) } = candidate
  const microseconds = microsecondsFor(cost, size, capabilities.maxFrame)
  const because = [
    ...(need.prefer?.includes(candidate.transport) ? ['the configuration prefers it'] : []),
    ...(capabilities.lastResort ? ['it is a last resort'] : []),
    `${size} B take ${rounded(microseconds)} µs (${cost.basis})`,
  ].join('; ')
  return { ...candidate, cost, microseconds, because }
}

function preference({ prefer = [] }: Need, { transport }: Candidate): number {
  const at = prefer.indexOf(transport)
  return at < 0 ? prefer.length : at
}

const lateness = ({ capabilities: { lastResort = false } }: Candidate) => (lastResort ? 1 : 0)

/** The place of its cost among steps of {@link NOISE}: unlike a difference that is too small, a step ranks any number of candidates. */
function step({ microseconds }: Ranked): number {
  return Math.round(Math.log(Math.max(microseconds, Number.EPSILON)) / Math.log(NOISE))
}

type Named = Pick<Candidate, 'transport' | 'address'>

function byName(a: Named, b: Named): number {
  return compare(a.transport, b.transport) || compare(a.address.href, b.address.href)
}

/** By code units, so that it is the same wherever it runs. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function rounded(microseconds: number): string {
  return microseconds.toFixed(microseconds < 10 ? 1 : 0)
}
