import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../../src/core/contracts/index.js'
import { type Candidate, type Need, type Rule, select } from '../../../src/core/routing/index.js'
import { holds } from '../../codecs/property.js'
import { candidate, cost } from './candidates.js'

const transports = ['memory', 'named-pipe', 'tcp', 'udp', 'clipboard', 'netbios'] as const
const someNames = fc.uniqueArray(fc.constantFrom(...transports), { maxLength: 3 })
const costs = fc
  .record({
    latency: fc.integer({ min: 0, max: 50 }),
    bytesPerSecond: fc.constantFrom(1e6, 1e9, 1e10),
    perMessage: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ latency, bytesPerSecond, perMessage }) => cost(latency, bytesPerSecond, perMessage))

const candidates = fc.array(
  fc
    .record({
      transport: fc.constantFrom(...transports),
      reach: fc.constantFrom<Capabilities['reach']>('process', 'session', 'machine', 'network'),
      delivery: fc.constantFrom<Capabilities['delivery']>('reliable', 'lossy'),
      ordered: fc.boolean(),
      direction: fc.constantFrom<Capabilities['direction']>('duplex', 'simplex'),
      group: fc.constantFrom<Capabilities['group']>('none', 'broadcast', 'always'),
      maxFrame: fc.constantFrom(400, Number.POSITIVE_INFINITY),
      identity: fc.constantFrom<Capabilities['identity']>('kernel', 'none'),
      auto: fc.boolean(),
      lastResort: fc.boolean(),
      encrypted: fc.boolean(),
      unavailable: fc.option(fc.constant('needs Windows'), { nil: undefined }),
      cost: fc.option(costs, { nil: undefined }),
    })
    .map(({ transport, unavailable, cost: price, ...capabilities }) =>
      candidate(transport, capabilities, { unavailable, ...(price === undefined ? {} : { cost: price }) }),
    ),
  { maxLength: 8 },
)

const needs: fc.Arbitrary<Need> = fc.record({
  locality: fc.constantFrom<Need['locality']>('same-process', 'same-machine', 'elsewhere'),
  delivery: fc.constantFrom<NonNullable<Need['delivery']>>(
    'best-effort',
    'at-least-once',
    'exactly-once-in-session',
  ),
  ordered: fc.boolean(),
  size: fc.constantFrom(0, 64, 401, 1_000_000),
  group: fc.boolean(),
  identity: fc.boolean(),
  encryption: fc.boolean(),
  prefer: someNames,
  only: someNames,
  never: someNames,
})

/** Each hard rule once more, as a yes or no, told in other words than those of the selector. */
const obeyed: Record<Rule, (need: Need, candidate: Candidate) => boolean> = {
  availability: (_, { unavailable }) => unavailable === undefined,
  never: (need, { transport }) => !(need.never ?? []).includes(transport),
  only: ({ only = [] }, { transport }) => only.length === 0 || only.includes(transport),
  reach: ({ locality }, { capabilities: { reach } }) =>
    ({
      'same-process': true,
      'same-machine': ['session', 'machine', 'network'].includes(reach),
      elsewhere: reach === 'network',
    })[locality],
  delivery: (need, { capabilities }) =>
    !(need.delivery !== 'best-effort' && capabilities.delivery === 'lossy'),
  ordering: (need, { capabilities }) => !(need.ordered && !capabilities.ordered),
  direction: (need, { capabilities }) =>
    !(need.delivery !== 'best-effort' && capabilities.direction === 'simplex'),
  group: (need, { capabilities: { group } }) => (need.group ? group !== 'none' : group !== 'always'),
  size: (need, { capabilities: { maxFrame } }) =>
    maxFrame >= (need.size ?? 0) || !(need.group || need.delivery === 'best-effort'),
  identity: (need, { capabilities: { identity } }) => !need.identity || identity === 'kernel',
  encryption: (need, { capabilities: { encrypted } }) =>
    !need.encryption || need.locality !== 'elsewhere' || encrypted === true,
  consent: ({ prefer = [], only = [] }, { transport, capabilities: { auto } }) =>
    auto || [...prefer, ...only].includes(transport),
}

const cases = fc.tuple(needs, candidates)

describe('whatever is needed and whoever the candidates are', () => {
  it('each candidate is on one side, and the chosen one is never among the rejected', () => {
    holds(cases, ([need, given]) => {
      const { chosen, ranked, rejected } = select(need, given)
      expect(chosen).toBe(ranked[0])
      expect(ranked.length + rejected.length).toBe(given.length)
      const named = [...ranked, ...rejected].map(({ transport }) => transport).sort()
      expect(named).toEqual(given.map(({ transport }) => transport).sort())
    })
  })

  it('exactly those are ranked that obey every hard rule', () => {
    holds(cases, ([need, given]) => {
      for (const one of given) {
        const fits = Object.values(obeyed).every(isObeyed => isObeyed(need, one))
        expect(select(need, [one]).ranked.length).toBe(fits ? 1 : 0)
      }
    })
  })

  it('each rejection names a rule that was broken, and says why', () => {
    holds(cases, ([need, given]) => {
      for (const one of given) {
        const [rejection] = select(need, [one]).rejected
        if (rejection === undefined) continue
        expect(obeyed[rejection.rule](need, one)).toBe(false)
        expect(rejection.because).toMatch(/\w/)
      }
    })
  })

  it('the selection is the same each time, in whatever order the candidates come', () => {
    const shuffled = cases.chain(([need, given]) =>
      fc.tuple(
        fc.constant(need),
        fc.constant(given),
        fc.shuffledSubarray(given, { minLength: given.length }),
      ),
    )
    /** Two that differ in nothing that they are ranked by may change places. */
    const shown = ({ ranked, rejected }: ReturnType<typeof select>) => ({
      ranked: ranked.map(({ transport, microseconds, because }) => ({ transport, microseconds, because })),
      rejected: rejected.map(({ transport }) => transport),
    })
    holds(shuffled, ([need, given, otherwise]) => {
      expect(select(need, given)).toEqual(select(need, given))
      expect(shown(select(need, otherwise))).toEqual(shown(select(need, given)))
    })
  })

  it('what becomes cheaper never loses a place', () => {
    const place = (need: Need, given: readonly Candidate[], one: Candidate) =>
      select(need, given).ranked.findIndex(({ capabilities }) => capabilities === one.capabilities)
    holds(fc.tuple(needs, candidates, fc.nat(), fc.double({ min: 0.1, max: 1, noNaN: true })), sample => {
      const [need, given, which, factor] = sample
      const before = given[which % Math.max(1, given.length)]
      if (before?.cost === undefined) return
      const { latency, bytesPerSecond, perMessage } = before.cost
      const after = {
        ...before,
        cost: cost(latency * factor, bytesPerSecond / factor, perMessage * factor),
      }
      const changed = given.map(one => (one === before ? after : one))
      expect(place(need, changed, after)).toBeLessThanOrEqual(place(need, given, before))
    })
  })
})
