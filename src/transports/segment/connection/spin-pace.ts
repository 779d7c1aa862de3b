import { availableParallelism } from 'node:os'
import type { Clock } from '../../../core/contracts/index.js'

/** ms that one wait looks again and again: at most, and at least where waits paid. */
const LONGEST = 0.05
const SHORTEST = 0.01
/** A wait lasts at most so many times as long as those that paid. */
const PATIENCE = 4
/** How much of that average the last one is. */
const WEIGHT = 1 / 8
/** ms between two looks at the clock after which this thread was not running: others need the processor more. */
const PREEMPTED = 0.04
/** ms without spinning after that. */
const COOL = 5
/**
 * ms that a peer which has to be woken takes to answer, where it is quick. The bell must follow our sleep within them for
 * spinning to have been worth while, and so long we wait for whom we woke: then both are awake.
 */
const WAKING = 0.15
/** Waits in vain in a row after which spinning stops, once it paid; before, the first one ends it. */
const MISSES = 3
/** The most chances that are let pass before it is tried again: so rarely that the slowest in a hundred answers do not show it. */
const MOST_BACKOFF = 1024
/** Looks between two looks at the clock, which costs more than they do. */
const LOOKS = 64
/** A clock that stands still must not hold us for ever. */
const MOST_ROUNDS = 10_000

/** What came of waits, counted since the connection began. */
export interface SpinTally {
  /** Something arrived. */
  readonly paid: number
  /** Nothing did. */
  readonly vain: number
  /** The system gave the processor to somebody else. */
  readonly preempted: number
}

/**
 * Decides whether to wait by looking again and again, which is far quicker than to sleep and be woken, or to
 * sleep at once. It pays as long as the peer answers within microseconds and has a processor of its own; where it
 * does not, spinning takes the processor from the very peer that is waited for. So it never waits much longer than
 * the waits before that paid, and asks ever less often whether it would pay again.
 */
export class SpinPace {
  /** What came of it. */
  readonly tally = { paid: 0, vain: 0, preempted: 0 } satisfies SpinTally
  readonly #clock: Pick<Clock, 'now'>
  readonly #possible: boolean
  #spinning = false
  /** Whether a wait paid since spinning began. */
  #proven = false
  #misses = 0
  /** Whether the next wait is one for a peer that we woke. */
  #rung = false
  /** ms that a wait took when it paid, on the average of the last ones. */
  #usual = LONGEST
  /** Chances passed since spinning stopped, and how many there must be. */
  #passed = 0
  #backoff = 1
  #coolUntil = Number.NEGATIVE_INFINITY
  #sleptAt = Number.NEGATIVE_INFINITY

  /** @param possible whether there is a processor for the peer as well. @default whether there are two */
  constructor(clock: Pick<Clock, 'now'>, possible = availableParallelism() > 1) {
    this.#clock = clock
    this.#possible = possible
  }

  /** Whether the next wait is one awake. */
  get isSpinning(): boolean {
    return this.#spinning
  }

  /** Whether the peer is expected to be quick, as it has been. */
  get pays(): boolean {
    return this.#spinning && this.#proven
  }

  /** We go to sleep. */
  sleeps(): void {
    if (this.#possible && !this.#spinning) this.#sleptAt = this.#clock.now()
  }

  /** We ring the bell. */
  rings(): void {
    this.#rung = true
  }

  /** The bell woke us. */
  woken(): void {
    this.#rung = false
    if (!this.#possible || this.#spinning) return
    const now = this.#clock.now()
    if (now - this.#sleptAt > WAKING || now < this.#coolUntil || ++this.#passed < this.#backoff) return
    this.#passed = 0
    this.#spinning = true
  }

  /** Waits for `arrived` for as long as that is likely to pay; false when it is time to sleep. */
  waits(arrived: () => boolean): boolean {
    if (!this.#spinning) return false
    const start = this.#clock.now()
    const rung = this.#rung
    this.#rung = false
    const most = rung ? WAKING : Math.min(Math.max(PATIENCE * this.#usual, SHORTEST), LONGEST)
    let last = start
    for (let round = 0; round < MOST_ROUNDS; round++) {
      for (let look = 0; look < LOOKS; look++) {
        if (!arrived()) continue
        this.tally.paid++
        // One that we had to wake may sleep each time: whether spinning pays is seen when it stays awake.
        if (!rung) this.#paid(last - start)
        return true
      }
      const now = this.#clock.now()
      if (now - last > PREEMPTED) {
        this.#preempted(now)
        return false
      }
      if (now - start > most) break
      last = now
    }
    this.#missed()
    return false
  }

  /** @param took ms, as of the last look at the clock */
  #paid(took: number): void {
    this.#usual += (took - this.#usual) * WEIGHT
    this.#proven = true
    this.#misses = 0
    this.#backoff = 1
  }

  #missed(): void {
    this.tally.vain++
    if (this.#proven && ++this.#misses < MISSES) return
    this.#stop()
    this.#backoff = Math.min(this.#backoff * 2, MOST_BACKOFF)
  }

  #preempted(now: number): void {
    this.tally.preempted++
    this.#stop()
    this.#coolUntil = now + COOL
  }

  #stop(): void {
    this.#spinning = false
    this.#proven = false
    this.#misses = 0
    this.#usual = LONGEST
  }
}
