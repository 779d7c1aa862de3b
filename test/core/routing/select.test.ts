import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Capabilities, parseAddress } from '../../../src/core/contracts/index.js'
import { type Candidate, type Need, select } from '../../../src/core/routing/select.js'
import { holds } from '../../codecs/property.js'

const pipe: Capabilities = {
  reach: 'machine',
  delivery: 'reliable',
  ordered: true,
  direction: 'duplex',
  group: 'none',
  maxFrame: Number.POSITIVE_INFINITY,
  boundaries: 'stream',
  flowControl: 'track',
  rendezvous: 'name',
  connectProves: 'listener',
  close: 'mechanism',
  names: 'exclusive',
  identity: 'kernel',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms: ['linux', 'darwin', 'win32'],
}

function candidate(
  transport: string,
  capabilities: Partial<Capabilities> = {},
  unavailable?: string,
): Candidate {
  const address = parseAddress(`${transport}://./x`)
  return { transport, address, capabilities: { ...pipe, ...capabilities }, unavailable }
}

const near: Need = { locality: 'same-machine', prefer: [] }
const away: Need = { locality: 'elsewhere', prefer: [] }

describe('a hard rule', () => {
  it.each([
    ['availability', near, candidate('a', {}, 'needs Windows'), 'needs Windows'],
    ['reach', near, candidate('a', { reach: 'process' }), 'the process, and the peer is same-machine'],
    ['reach', away, candidate('a', { reach: 'machine' }), 'the machine, and the peer is elsewhere'],
    ['reach', away, candidate('a', { reach: 'session' }), 'the session, and the peer is elsewhere'],
    ['delivery', near, candidate('a', { delivery: 'lossy' }), 'lose or reorder'],
    ['delivery', near, candidate('a', { ordered: false }), 'lose or reorder'],
    ['direction', near, candidate('a', { direction: 'simplex' }), 'one way'],
    ['consent', near, candidate('a', { auto: false }), 'where the configuration names it'],
  ] as const)('%s rejects and says why', (rule, need, only, because) => {
    const { chosen, ranked, rejected } = select(need, [only])
    expect(chosen).toBeUndefined()
    expect(ranked).toEqual([])
    expect(rejected).toEqual([
      { transport: 'a', address: only.address, rule, because: expect.stringContaining(because) },
    ])
  })

  it('of consent is satisfied by the user naming the transport', () => {
    const shy = candidate('clipboard', { auto: false })
    expect(select({ ...near, prefer: ['clipboard'] }, [shy]).chosen).toBe(shy)
  })
})

describe('among those that would do', () => {
  const memory = candidate('memory', { reach: 'process' })
  const namedPipe = candidate('named-pipe')
  const tcp = candidate('tcp', { reach: 'network' })

  it('the shortest reach is chosen', () => {
    expect(select({ locality: 'same-process', prefer: [] }, [tcp, namedPipe, memory]).ranked).toEqual([
      memory,
      namedPipe,
      tcp,
    ])
    expect(select(near, [tcp, namedPipe, memory]).chosen).toBe(namedPipe)
    expect(select(away, [tcp, namedPipe, memory]).chosen).toBe(tcp)
  })

  it("the user's order counts more than reach, and no more than the hard rules", () => {
    expect(select({ ...near, prefer: ['tcp'] }, [namedPipe, tcp]).ranked).toEqual([tcp, namedPipe])
    expect(select({ ...near, prefer: ['memory', 'tcp'] }, [namedPipe, memory, tcp]).chosen).toBe(tcp)
  })
})

describe('whatever the candidates are, the selection', () => {
  const names = ['memory', 'named-pipe', 'tcp', 'udp', 'clipboard'] as const
  const candidates = fc.array(
    fc
      .record({
        transport: fc.constantFrom(...names),
        reach: fc.constantFrom<Capabilities['reach']>('process', 'session', 'machine', 'network'),
        delivery: fc.constantFrom<Capabilities['delivery']>('reliable', 'lossy'),
        ordered: fc.boolean(),
        direction: fc.constantFrom<Capabilities['direction']>('duplex', 'simplex'),
        auto: fc.boolean(),
        unavailable: fc.option(fc.constant('needs Windows'), { nil: undefined }),
      })
      .map(({ transport, unavailable, ...capabilities }) => candidate(transport, capabilities, unavailable)),
  )
  const needs = fc.record({
    locality: fc.constantFrom<Need['locality']>('same-process', 'same-machine', 'elsewhere'),
    prefer: fc.uniqueArray(fc.constantFrom(...names)),
  })
  const cases = fc.tuple(needs, candidates)

  it('puts each candidate on one side, and is the same each time', () => {
    holds(cases, ([need, given]) => {
      const { chosen, ranked, rejected } = select(need, given)
      expect(ranked.length + rejected.length).toBe(given.length)
      expect(chosen).toBe(ranked[0])
      expect(new Set([...ranked, ...given]).size).toBe(new Set(given).size)
      expect(select(need, given)).toEqual({ chosen, ranked, rejected })
    })
  })

  it('ranks none that a rule forbids, and rejects none that obeys all', () => {
    holds(cases, ([need, given]) => {
      const { ranked } = select(need, given)
      for (const one of given) {
        const { reach, delivery, ordered, direction, auto } = one.capabilities
        const reaches =
          need.locality === 'same-process' ||
          reach === 'network' ||
          (need.locality === 'same-machine' && reach !== 'process')
        const willing = auto || need.prefer.some(name => name === one.transport)
        const fits =
          one.unavailable === undefined &&
          reaches &&
          delivery === 'reliable' &&
          ordered &&
          direction === 'duplex' &&
          willing
        expect(ranked.includes(one)).toBe(fits)
      }
    })
  })

  it('keeps the given order among equals', () => {
    holds(cases, ([need, given]) => {
      const { ranked } = select(need, given)
      for (const [place, one] of ranked.entries()) {
        const next = ranked[place + 1]
        if (next?.transport !== one.transport || next.capabilities.reach !== one.capabilities.reach) continue
        expect(given.indexOf(one)).toBeLessThan(given.indexOf(next))
      }
    })
  })
})
