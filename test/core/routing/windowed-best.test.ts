import { expect, it } from 'vitest'
import { WindowedBest } from '../../../src/core/routing/windowed-best.js'

it('a busy while does not spoil what was seen, and is seen when it lasts', () => {
  const least = new WindowedBest(Math.min, 1000)
  expect(least.add(10, 0)).toBe(10)
  expect(least.add(500, 100)).toBe(10)
  expect(least.add(400, 600)).toBe(10)
  expect(least.add(450, 1000)).toBe(400)
  expect(least.add(5, 1200)).toBe(5)
})

it('what is older than the window is forgotten', () => {
  const greatest = new WindowedBest(Math.max, 1000)
  expect(greatest.add(10, 0)).toBe(10)
  expect(greatest.add(1, 5000)).toBe(1)
})
