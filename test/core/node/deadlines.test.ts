import { describe, expect, it } from 'vitest'
import { Deadlines, type Waiter } from '../../../src/core/node/deadlines.js'
import { VirtualClock } from '../../../src/testing/index.js'

function setting() {
  const clock = new VirtualClock()
  const deadlines = new Deadlines(clock)
  const expired: string[] = []
  const waiter = (name: string, timeout: number, also: () => void = () => {}): Waiter => {
    const added: Waiter = {
      deadline: 0,
      previous: undefined,
      next: undefined,
      expire() {
        deadlines.remove(added)
        expired.push(name)
        also()
      },
    }
    deadlines.add(added, timeout)
    return added
  }
  return { clock, deadlines, expired, waiter }
}

describe('of those who wait', () => {
  it('each expires when its time is over, whoever came first', () => {
    const { clock, expired, waiter } = setting()
    waiter('late', 300)
    waiter('early', 100)
    waiter('middle', 200)
    clock.advance(99)
    expect(expired).toEqual([])
    clock.advance(1)
    expect(expired).toEqual(['early'])
    clock.advance(100)
    expect(expired).toEqual(['early', 'middle'])
    clock.advance(100)
    expect(expired).toEqual(['early', 'middle', 'late'])
  })

  it('the first, the last and one between can be removed', () => {
    const { clock, deadlines, expired, waiter } = setting()
    const [first, , middle, , last] = ['a', 'b', 'c', 'd', 'e'].map(name => waiter(name, 100))
    for (const gone of [middle, first, last]) if (gone !== undefined) deadlines.remove(gone)
    clock.advance(100)
    expect(expired).toEqual(['b', 'd'])
  })

  it('one that comes while others expire has its own time', () => {
    const { clock, expired, waiter } = setting()
    waiter('first', 100, () => waiter('second', 50))
    clock.advance(100)
    expect(expired).toEqual(['first'])
    clock.advance(50)
    expect(expired).toEqual(['first', 'second'])
  })

  it('nobody leaves a timer behind that is stopped', () => {
    const { clock, deadlines, waiter } = setting()
    deadlines.remove(waiter('gone', 100))
    deadlines.stop()
    expect(clock.pending).toBe(0)
  })
})
