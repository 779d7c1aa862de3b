import { describe, expect, it } from 'vitest'
import { OpenByNumber } from '../../../src/core/node/open-by-number.js'

const PLACES = 1024
const of = (number: number) => ({ number })

describe('what is open by number', () => {
  it('finds each until it is taken, however many came and went meanwhile', () => {
    const open = new OpenByNumber<{ number: number }>()
    const [old, older] = [of(7), of(7 + PLACES)]
    for (const one of [old, older]) open.add(one)
    for (let number = 1; number <= 4 * PLACES; number++) {
      if (open.get(number) !== undefined) continue
      open.add(of(number))
      expect(open.take(number)).toEqual(of(number))
    }
    expect(open.get(7)).toBe(old)
    expect(open.take(7)).toBe(old)
    expect(open.take(7)).toBeUndefined()
    expect(open.take(7 + PLACES)).toBe(older)
    expect(open.takeAll()).toEqual([])
  })

  it('tells apart numbers that share a place, as large as they get', () => {
    const open = new OpenByNumber<{ number: number }>()
    const largest = Number.MAX_SAFE_INTEGER
    open.add(of(largest - PLACES))
    expect(open.get(largest)).toBeUndefined()
    expect(open.take(largest)).toBeUndefined()
    open.add(of(largest))
    expect(open.get(largest - PLACES)).toEqual(of(largest - PLACES))
    expect(open.get(largest)).toEqual(of(largest))
  })

  it('hands over all in the order of their numbers, and is empty afterwards', () => {
    const open = new OpenByNumber<{ number: number }>()
    const numbers = [3, 3 + PLACES, 3 + 2 * PLACES, 4, 2]
    for (const number of numbers) open.add(of(number))
    expect(open.takeAll().map(({ number }) => number)).toEqual(numbers.toSorted((a, b) => a - b))
    expect(open.takeAll()).toEqual([])
    expect(open.get(3)).toBeUndefined()
  })
})
