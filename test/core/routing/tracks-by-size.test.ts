import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { microsecondsFor } from '../../../src/core/routing/cost.js'
import { cheapestBySize, type Priced, TracksBySize } from '../../../src/core/routing/index.js'
import { holds } from '../../codecs/property.js'
import { cost } from './candidates.js'

const priced = (latency: number, bytesPerSecond: number): Priced => ({
  cost: cost(latency, bytesPerSecond),
  maxFrame: Number.POSITIVE_INFINITY,
})
const pipe = priced(10, 1e9)
const ring = priced(15, 1e10)
const slow = priced(20, 1e8)

const tracks = (...ids: number[]) => ids.map(id => ({ id, partSize: 1000, way: undefined }))

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
  const prices = new Map([
    [1, pipe],
    [2, ring],
    [3, slow],
  ])
  const chosen = (choice: TracksBySize, bytes: number, all: ReturnType<typeof tracks>) =>
    choice.choose(bytes, all)?.id

  it('small messages take the quick one, and large ones the broad one', () => {
    const choice = new TracksBySize(id => prices.get(id))
    const all = tracks(1, 2, 3)
    expect([0, 64, 5555, 5556, 1_000_000].map(bytes => chosen(choice, bytes, all))).toEqual([1, 1, 1, 2, 2])
  })

  it('the next best carries on when one dies', () => {
    const choice = new TracksBySize(id => prices.get(id))
    expect(chosen(choice, 1_000_000, tracks(1, 2, 3))).toBe(2)
    expect(chosen(choice, 1_000_000, tracks(1, 3))).toBe(1)
    expect(chosen(choice, 64, tracks(2, 3))).toBe(2)
  })

  it('one of which nothing is known carries nothing, unless all are like that: then the first does', () => {
    const choice = new TracksBySize(id => prices.get(id))
    expect(chosen(choice, 64, tracks(9, 3))).toBe(3)
    expect(chosen(choice, 64, tracks(9, 8))).toBe(9)
  })

  it('prices are asked once for a set of tracks, and again when they changed', () => {
    let asked = 0
    const choice = new TracksBySize(id => {
      asked++
      return prices.get(id)
    })
    const all = tracks(1, 2)
    for (let bytes = 0; bytes < 100; bytes++) chosen(choice, bytes, all)
    expect(asked).toBe(2)
    choice.changed()
    chosen(choice, 0, all)
    expect(asked).toBe(4)
  })
})
