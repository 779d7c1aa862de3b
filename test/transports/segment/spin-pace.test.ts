import { describe, expect, it } from 'vitest'
import { SpinPace } from '../../../src/transports/segment/connection/spin-pace.js'

/** A clock whose every reading is `step` ms later than the one before. */
class TickingClock {
  step = 0.001
  #now = 0

  now(): number {
    this.#now += this.step
    return this.#now
  }

  pass(ms: number): void {
    this.#now += ms
  }
}

const never = () => false

describe('waiting by looking again and again', () => {
  it('begins when the bell follows sleep at once, and not when it follows late', () => {
    const clock = new TickingClock()
    const pace = new SpinPace(clock, true)
    let looks = 0
    const looking = () => {
      looks++
      return false
    }
    pace.sleeps()
    clock.pass(1)
    pace.woken()
    pace.waits(looking)
    expect(looks, 'after a bell that came late').toBe(0)
    pace.sleeps()
    pace.woken()
    pace.waits(looking)
    expect(looks, 'after a bell that came at once').toBeGreaterThan(0)
  })

  it('sees what arrives', () => {
    const pace = spinning(new TickingClock())
    let looks = 0
    expect(pace.waits(() => ++looks === 1000)).toBe(true)
    expect(looks).toBe(1000)
  })

  it('gives up after a while, for good after three waits in vain where it paid before', () => {
    const pace = spinning(new TickingClock())
    pace.waits(() => true)
    expect([looksOf(pace), looksOf(pace), looksOf(pace)].every(looks => looks > 0)).toBe(true)
    expect([looksOf(pace), pace.pays]).toEqual([0, false])
    expect(pace.tally).toEqual({ paid: 1, vain: 3, preempted: 0 })
  })

  it('gives up at once where it never paid, and then lets ever more chances pass, up to 1024', () => {
    const clock = new TickingClock()
    const pace = spinning(clock)
    expect(looksOf(pace)).toBeGreaterThan(0)
    const chances = () => {
      for (let passed = 1; ; passed++) {
        pace.sleeps()
        pace.woken()
        if (looksOf(pace) === 0) continue
        return passed
      }
    }
    expect(Array.from({ length: 11 }, chances)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024])
  })

  it('waits in vain for little longer than it took when it paid', () => {
    const pace = spinning(new TickingClock())
    const patient = looksAfterHits(pace, 0)
    const hasty = looksAfterHits(pace, 50)
    expect(hasty).toBeGreaterThan(0)
    expect(hasty).toBeLessThan(patient / 2)
  })

  it('waits longer for a peer that it woke, and only once', () => {
    const pace = spinning(new TickingClock())
    const patient = looksAfterHits(pace, 50)
    pace.rings()
    expect(looksOf(pace)).toBeGreaterThan(patient * 2)
    expect(looksOf(pace)).toBe(patient)
  })

  it('does not believe that it pays where the peer has to be woken each time', () => {
    const pace = spinning(new TickingClock())
    pace.rings()
    expect(pace.waits(() => true)).toBe(true)
    expect(pace.pays).toBe(false)
    expect(looksOf(pace), 'for what comes next').toBeGreaterThan(0)
    expect(looksOf(pace), 'after that was in vain').toBe(0)
  })

  it('forgets that it woke the peer as soon as it was woken itself', () => {
    const clock = new TickingClock()
    const [hasty, woken] = [spinning(clock), new SpinPace(clock, true)]
    woken.sleeps()
    woken.rings()
    woken.woken()
    expect(looksOf(woken)).toBe(looksOf(hasty))
  })

  it('forgets misses as soon as it hits', () => {
    const pace = spinning(new TickingClock())
    expect(pace.waits(() => true)).toBe(true)
    for (let round = 0; round < 10; round++) {
      looksOf(pace)
      looksOf(pace)
      expect(pace.waits(() => true)).toBe(true)
    }
  })

  it('stops at once when another thread had the processor, and cools down', () => {
    const clock = new TickingClock()
    const pace = spinning(clock)
    clock.step = 0.041
    expect(pace.waits(never)).toBe(false)
    clock.step = 0.001
    pace.sleeps()
    pace.woken()
    expect(looksOf(pace), 'while it cools').toBe(0)
    clock.pass(6)
    pace.sleeps()
    pace.woken()
    expect(looksOf(pace), 'afterwards').toBeGreaterThan(0)
  })

  it('is never done where the peer has no processor of its own', () => {
    const pace = new SpinPace(new TickingClock(), false)
    pace.sleeps()
    pace.woken()
    expect(looksOf(pace)).toBe(0)
  })

  it('ends although the clock stands still', () => {
    const clock = new TickingClock()
    const pace = spinning(clock)
    clock.step = 0
    expect(pace.waits(never)).toBe(false)
  })
})

function spinning(clock: TickingClock): SpinPace {
  const pace = new SpinPace(clock, true)
  pace.sleeps()
  pace.woken()
  return pace
}

/** How often it looks in vain after it was lucky at once so many times, and once more. */
function looksAfterHits(pace: SpinPace, hits: number): number {
  for (let hit = 0; hit <= hits; hit++) pace.waits(() => true)
  return looksOf(pace)
}

/** How often it looks when nothing arrives. */
function looksOf(pace: SpinPace): number {
  let looks = 0
  pace.waits(() => {
    looks++
    return false
  })
  return looks
}
