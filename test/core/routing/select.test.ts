import { describe, expect, it } from 'vitest'
import { type Candidate, type Need, select } from '../../../src/core/routing/index.js'
import { candidate, cost } from './candidates.js'

const near: Need = { locality: 'same-machine' }
const away: Need = { locality: 'elsewhere' }
const narrow = { maxFrame: 400, group: 'broadcast' } as const

const names = (candidates: readonly Candidate[]) => candidates.map(({ transport }) => transport)

describe('a hard rule', () => {
  it.each([
    ['availability', near, candidate('a', {}, { unavailable: 'needs Windows' }), 'needs Windows'],
    ['never', { ...near, never: ['a'] }, candidate('a'), 'never to use it'],
    ['only', { ...near, only: ['b', 'c'] }, candidate('a'), 'allows only b, c'],
    ['reach', near, candidate('a', { reach: 'process' }), 'the process, and the peer is same-machine'],
    ['reach', away, candidate('a', { reach: 'machine' }), 'the machine, and the peer is elsewhere'],
    ['reach', away, candidate('a', { reach: 'session' }), 'the session, and the peer is elsewhere'],
    ['delivery', near, candidate('a', { delivery: 'lossy' }), 'may lose'],
    ['delivery', { ...near, delivery: 'at-least-once' }, candidate('a', { delivery: 'lossy' }), 'may lose'],
    ['ordering', near, candidate('a', { ordered: false }), 'may reorder'],
    ['direction', near, candidate('a', { direction: 'simplex' }), 'one way only'],
    ['group', { ...near, group: true }, candidate('a'), 'one receiver only'],
    ['group', near, candidate('a', { group: 'always' }), 'reaches everybody'],
    ['size', { ...near, group: true, size: 401 }, candidate('a', narrow), 'at most 400 B'],
    ['size', { ...near, delivery: 'best-effort', size: 401 }, candidate('a', narrow), '401 B'],
    ['identity', { ...near, identity: true }, candidate('a', { identity: 'claimed' }), 'does not vouch'],
    ['encryption', { ...away, encryption: true }, candidate('a', { reach: 'network' }), 'can be read'],
    ['consent', near, candidate('a', { auto: false }), 'where the configuration names it'],
  ] as const)('%s rejects and says why', (rule, need, only, because) => {
    const { chosen, ranked, rejected } = select(need, [only])
    expect(chosen).toBeUndefined()
    expect(ranked).toEqual([])
    expect(rejected).toEqual([
      { transport: 'a', address: only.address, rule, because: expect.stringContaining(because) },
    ])
  })

  it.each([
    ['delivery', { ...near, delivery: 'best-effort' }, { delivery: 'lossy' }],
    ['ordering', { ...near, ordered: false }, { ordered: false }],
    ['direction', { ...near, delivery: 'best-effort' }, { direction: 'simplex' }],
    ['group', { ...near, group: true }, { group: 'always' }],
    ['size, since a link cuts large messages', { ...near, size: 401 }, narrow],
    ['identity', { ...near, identity: true }, { identity: 'kernel' }],
    ['encryption', { ...away, encryption: true }, { reach: 'network', encrypted: true }],
    ['encryption within this machine', { ...near, encryption: true }, { reach: 'network' }],
    ['consent by preference', { ...near, prefer: ['a'] }, { auto: false }],
    ['consent by being the only one', { ...near, only: ['a'] }, { auto: false }],
  ] as const)('is satisfied: %s', (_what, need, capabilities) => {
    expect(names(select(need, [candidate('a', capabilities)]).ranked)).toEqual(['a'])
  })
})

describe('among those that would do', () => {
  const memory = candidate('memory', { reach: 'process' })
  const namedPipe = candidate('named-pipe')
  const tcp = candidate('tcp', { identity: 'none' })
  const distant = candidate('nats', { reach: 'network', close: 'heartbeat' })

  it('what was never measured ranks as is typical of its kind: the shorter way first', () => {
    const { ranked } = select({ locality: 'same-process' }, [distant, tcp, namedPipe, memory])
    expect(names(ranked)).toEqual(['memory', 'named-pipe', 'tcp', 'nats'])
    expect(ranked[0]?.because).toBe('64 B take 5.0 µs (typical)')
  })

  it('the measured cost counts, and it depends on the size', () => {
    const quick = candidate('quick', {}, { cost: cost(10, 1e8) })
    const broad = candidate('broad', {}, { cost: cost(100, 1e10) })
    const [small, large] = [64, 1_000_000].map(size => select({ ...near, size }, [broad, quick]))
    expect(small?.chosen).toMatchObject({ transport: 'quick', because: '64 B take 11 µs (measured)' })
    expect(large?.chosen).toMatchObject({ transport: 'broad', because: '1000000 B take 200 µs (measured)' })
  })

  it('small frames cost once for each of them', () => {
    const cells = candidate('cells', { maxFrame: 100 }, { cost: cost(10, 1e9, 5) })
    expect(select({ ...near, size: 1000 }, [cells]).chosen?.microseconds).toBeCloseTo(10 + 1 + 50)
  })

  it("the user's order counts more than the cost, and no more than the hard rules", () => {
    const preferring = { ...near, prefer: ['memory', 'tcp'] }
    const { chosen, rejected } = select(preferring, [namedPipe, memory, tcp])
    expect(chosen).toMatchObject({ transport: 'tcp', because: expect.stringContaining('prefers it; 64 B') })
    expect(rejected).toMatchObject([{ transport: 'memory', rule: 'reach' }])
  })

  it('a last resort comes last, whatever it costs, unless the user wants it', () => {
    const netbios = candidate('netbios', { lastResort: true }, { cost: cost(1, 1e12) })
    expect(names(select(near, [netbios, tcp, namedPipe]).ranked)).toEqual(['named-pipe', 'tcp', 'netbios'])
    expect(select({ ...near, prefer: ['netbios'] }, [netbios, tcp]).chosen?.transport).toBe('netbios')
  })

  it('equals stand by name', () => {
    const [a, b, c] = ['a', 'b', 'c'].map(name => candidate(name, {}, { cost: cost(1, 1e9) }))
    if (!a || !b || !c) throw new Error('three were made')
    expect(names(select(near, [c, a, b]).ranked)).toEqual(['a', 'b', 'c'])
  })
})
