import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TrackView } from '../../../src/core/link/index.js'
import { microsecondsFor } from '../../../src/core/routing/cost.js'
import {
  Costs,
  cheapestBySize,
  type Preferences,
  type Priced,
  TracksBySize,
  tracksByCost,
} from '../../../src/core/routing/index.js'
import { holds } from '../../codecs/property.js'
import { candidate, cost } from './candidates.js'

const priced = (latency: number, bytesPerSecond: number): Priced => ({
  cost: cost(latency, bytesPerSecond),
  maxFrame: Number.POSITIVE_INFINITY,
})
const pipe = priced(10, 1e9)
const ring = priced(15, 1e10)
const slow = priced(20, 1e8)

const tracks = (...transports: string[]): TrackView[] =>
  transports.map((transport, place) => ({
    id: place + 1,
    partSize: 1000,
    way: { transport, address: `${transport}://./x` },
  }))

describe('the cheapest by size', () => {
  it('is one from 0 bytes on, and another from where it overtakes', () => {
    // 10 µs + 1 ns a byte is as much as 15 µs + 0.1 ns a byte at 5 µs / 0.9 ns
    expect(cheapestBySize([slow, ring, pipe])).toEqual([
      { from: 0, item: pipe },
      { from: 5556, item: ring },
    ])
  })

  it('is for every size who costs least', () => {
    const price = fc
      .tuple(fc.integer({ min: 0, max: 100 }), fc.constantFrom(1e6, 1e7, 5e7, 1e8, 1e9, 1e10))
      .map(([latency, rate]) => priced(latency, rate))
    const sizes = fc.integer({ min: 0, max: 10_000_000 })
    holds(fc.tuple(fc.array(price, { minLength: 1, maxLength: 6 }), sizes), ([items, size]) => {
      const stretches = cheapestBySize(items)
      const { item } = stretches.findLast(({ from }) => from <= size) ?? {}
      if (item === undefined) throw new Error(`nobody carries ${size} B`)
      const costs = items.map(each => microsecondsFor(each.cost, size, each.maxFrame))
      const paid = microsecondsFor(item.cost, size, item.maxFrame)
      expect(paid).toBeCloseTo(Math.min(...costs), 6)
      expect(new Set(stretches.map(({ from }) => from)).size).toBe(stretches.length)
    })
  })
})

describe('of the tracks of a link', () => {
  const prices: Record<string, Priced> = { pipe, ring, slow }
  const choice = () =>
    new TracksBySize(
      ({ transport }) => prices[transport],
      () => 0,
    )
  const chosen = ({ choose }: TracksBySize, bytes: number, all: TrackView[]) =>
    choose(bytes, all)?.way?.transport

  it('small messages take the quick one, and large ones the broad one', () => {
    const one = choice()
    const all = tracks('pipe', 'ring', 'slow')
    const expected = ['pipe', 'pipe', 'pipe', 'ring', 'ring']
    expect([0, 64, 5555, 5556, 1_000_000].map(bytes => chosen(one, bytes, all))).toEqual(expected)
  })

  it('the next best carries on when one dies', () => {
    const one = choice()
    expect(chosen(one, 1_000_000, tracks('pipe', 'ring', 'slow'))).toBe('ring')
    expect(chosen(one, 1_000_000, tracks('pipe', 'slow'))).toBe('pipe')
    expect(chosen(one, 64, tracks('slow', 'ring'))).toBe('ring')
  })

  it('one of which nothing is known carries nothing, unless all are like that: then the first does', () => {
    expect(chosen(choice(), 64, tracks('other', 'slow'))).toBe('slow')
    expect(chosen(choice(), 64, tracks('other', 'another'))).toBe('other')
  })

  it('prices are asked once for a set of tracks, and again when they changed', () => {
    let asked = 0
    let changes = 0
    const one = new TracksBySize(
      ({ transport }) => {
        asked++
        return prices[transport]
      },
      () => changes,
    )
    const all = tracks('pipe', 'ring')
    for (let bytes = 0; bytes < 100; bytes++) chosen(one, bytes, all)
    expect(asked).toBe(2)
    changes++
    chosen(one, 0, all)
    expect(asked).toBe(4)
  })
})

describe('a plan by cost', () => {
  const plan = (preferences: Preferences = {}) => {
    const costs = new Costs()
    costs.adopt(
      new Map([
        ['pipe', pipe.cost],
        ['ring', ring.cost],
        ['slow', slow.cost],
      ]),
    )
    const capabilities = candidate('any').capabilities
    return tracksByCost({ costs, preferences, capabilitiesOf: () => capabilities })
  }
  const ways = (...names: string[]) =>
    names.map(name => candidate(name, {}, { cost: prices[name]?.cost ?? pipe.cost }))
  const prices: Record<string, Priced> = { pipe, ring, slow }
  const further = (preferences: Preferences, ...ranked: string[]) =>
    plan(preferences)
      .further(ways(...ranked))
      .map(({ over }) => over.transport)

  it('adds what is the cheapest for some size, and nothing else', () => {
    expect(further({}, 'pipe', 'ring', 'slow')).toEqual(['ring'])
    expect(further({}, 'ring', 'pipe')).toEqual(['pipe'])
    expect(further({}, 'pipe', 'slow')).toEqual([])
    expect(further({})).toEqual([])
  })

  it('opens a track with the first message that is clearly cheaper there', () => {
    const [track] = plan().further(ways('pipe', 'ring'))
    // A fifth less: 10 µs + 1 ns a byte against 1.25 × (15 µs + 0.1 ns a byte)
    expect(track?.from).toBe(Math.ceil(8750 / 0.875))
    expect(plan().further(ways('ring', 'pipe'))).toMatchObject([{ over: { transport: 'pipe' }, from: 0 }])
  })

  it('adds nothing that the user does not prefer, and no last resort', () => {
    expect(further({ prefer: ['pipe'] }, 'pipe', 'ring')).toEqual([])
    expect(further({ prefer: ['pipe', 'ring'] }, 'pipe', 'ring', 'slow')).toEqual(['ring'])
    const [first] = ways('pipe')
    if (first === undefined) throw new Error('one was made')
    expect(plan().further([first, candidate('netbios', { lastResort: true }, { cost: ring.cost })])).toEqual(
      [],
    )
  })

  it('gives each link a choice of its own, which follows what becomes known', () => {
    const one = plan()
    const all = tracks('pipe', 'ring')
    expect(one.choice()(1_000_000, all)?.way?.transport).toBe('ring')
    expect(one.choice()(64, all)?.way?.transport).toBe('pipe')
    expect(one.choice()).not.toBe(one.choice())
  })
})
