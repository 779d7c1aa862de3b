import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Dispatcher, type Worker } from '../../../src/core/actors/dispatcher.js'
import type { Clock } from '../../../src/core/contracts/index.js'
import { until } from '../../support/until.js'

/** A clock on which `cost` milliseconds pass between two looks at it. */
function passing(cost: number): Clock {
  let now = 0
  return {
    now: () => (now += cost),
    after: () => {
      throw new Error('nothing here waits for a time')
    },
  }
}

/** Somebody with `pieces` to do, who writes down what was done. */
function worker(name: string, pieces: number, dispatcher: Dispatcher, done: string[]): Worker {
  return {
    next: undefined,
    work(most) {
      const some = Math.min(most, pieces)
      pieces -= some
      done.push(`${name} ${some}`)
      if (pieces > 0) dispatcher.ready(this)
      return some
    },
  }
}

describe('a dispatcher', () => {
  it('gives turns in the order in which workers came, none within the call', async () => {
    const dispatcher = new Dispatcher(passing(0))
    const done: string[] = []
    for (const name of ['a', 'b', 'c']) dispatcher.ready(worker(name, 1, dispatcher, done))
    expect(done).toEqual([])
    await Promise.resolve()
    expect(done).toEqual(['a 1', 'b 1', 'c 1'])
  })

  it('lets nobody work on while others wait', async () => {
    const dispatcher = new Dispatcher(passing(0))
    const done: string[] = []
    dispatcher.ready(worker('much', 100, dispatcher, done))
    dispatcher.ready(worker('little', 1, dispatcher, done))
    await Promise.resolve()
    expect(done).toEqual(['much 64', 'little 1', 'much 36'])
  })

  it('goes on for a slice of time, and then leaves the event loop its turn', async () => {
    const dispatcher = new Dispatcher(passing(1)) // one look at the clock is within the slice, the next beyond
    let pieces = 0
    const busy: Worker = {
      next: undefined,
      work(most) {
        pieces += most
        dispatcher.ready(busy)
        return most
      },
    }
    dispatcher.ready(busy)
    const seen: number[] = []
    for (let turns = 0; turns < 3; turns++) {
      await turn()
      seen.push(pieces)
    }
    expect(seen[0]).toBeGreaterThan(0)
    expect(new Set(seen).size).toBe(3) // each turn of the loop found it further on
  })

  it('counts across microtasks: workers that wake each other by promises leave the loop its turn, too', async () => {
    const dispatcher = new Dispatcher(passing(10))
    let over = false
    let woken = 0
    const waking: Worker = {
      next: undefined,
      work() {
        woken++
        if (!over) void Promise.resolve().then(() => dispatcher.ready(waking))
        return 1
      },
    }
    dispatcher.ready(waking)
    await until(() => woken > 100)
    over = true
    expect(woken).toBeGreaterThan(100)
  })
})
