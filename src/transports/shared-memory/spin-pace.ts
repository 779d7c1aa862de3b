import { availableParallelism } from 'node:os'
import type { Clock } from '../../core/contracts/index.js'

/** ms that one wait looks again and again at most. */
const LONGEST = 0.05
/** ms between two looks at the clock after which this thread was not running: others need the processor more. */
const PREEMPTED = 0.04
/** ms without spinning after that. */
const COOL = 5
/** ms within which the bell must follow the sleep for spinning to have been worth while. */
const WORTH = 0.15
/** Waits in vain in a row after which spinning stops. */
const MISSES = 3
/** The most chances that are let pass before it is tried again. */
const MOST_BACKOFF = 32
/** Looks between two looks at the clock, which costs more than they do. */
const LOOKS = 64
/** A clock that stands still must not hold us for ever. */
const MOST_ROUNDS = 10_000

/**
 * Decides whether to wait by looking again and again, which is far quicker than to sleep and be woken, or to
 * sleep at once. It pays as long as the peer answers within microseconds and has a processor of its own; where it
 * does not, spinning takes the processor from the very peer that is waited for.
 */
export class SpinPace {
  readonly #clock: Pick<Clock, 'now'>
  readonly #possible: boolean
  #spinning = false
  #misses = 0
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

  /** We go to sleep. */
  sleeps(): void {
    if (this.#possible) this.#sleptAt = this.#clock.now()
  }

  /** The bell woke us. */
  woken(): void {
    if (!this.#possible || this.#spinning) return
    const now = this.#clock.now()
    if (now - this.#sleptAt > WORTH || now < this.#coolUntil || ++this.#passed < this.#backoff) return
    this.#passed = 0
    this.#spinning = true
  }

  /** Waits for `arrived` for as long as that is likely to pay; false when it is time to sleep. */
  waits(arrived: () => boolean): boolean {
    if (!this.#spinning) return false
    const start = this.#clock.now()
    let last = start
    for (let round = 0; round < MOST_ROUNDS; round++) {
      for (let look = 0; look < LOOKS; look++) {
        if (!arrived()) continue
        this.#misses = 0
        this.#backoff = 1
        return true
      }
      const now = this.#clock.now()
      if (now - last > PREEMPTED) {
        this.#stop()
        this.#coolUntil = now + COOL
        return false
      }
      if (now - start > LONGEST) break
      last = now
    }
    this.#missed()
    return false
  }

  #missed(): void {
    if (++this.#misses < MISSES) return
    this.#stop()
    this.#backoff = Math.min(this.#backoff * 2, MOST_BACKOFF)
  }

  #stop(): void {
    this.#spinning = false
    this.#misses = 0
  }
}
