import { describe, expect, it } from 'vitest'
import { SecondLook } from '../../../src/transports/segment/connection/second-look.js'

describe('looking once more before sleep', () => {
  it('goes on while it is fruitful now and then', () => {
    const look = new SecondLook()
    for (let round = 0; round < 100; round++) {
      expect(look.isDue()).toBe(true)
      look.was(round % 4 === 0)
    }
  })

  it('is left out ever more often after four times in vain, and is back once it was fruitful', () => {
    const look = new SecondLook()
    for (let vain = 0; vain < 4; vain++) look.was(false)
    const passed = () => {
      let count = 1
      while (!look.isDue()) count++
      look.was(false)
      return count
    }
    expect(Array.from({ length: 7 }, passed)).toEqual([2, 4, 8, 16, 32, 64, 64])
    look.was(true)
    expect([look.isDue(), look.isDue()]).toEqual([true, true])
  })
})
