import type { Random } from '../core/contracts/index.js'

/**
 * Chance that repeats itself: the same seed gives the same numbers (mulberry32).
 * For tests only: everybody can guess it.
 * @example
 * ```ts
 * const dice = new SeededRandom(7)
 * const again = new SeededRandom(7)
 * console.log(dice.below(6) === again.below(6)) // true
 * ```
 */
export class SeededRandom implements Random {
  #state: number

  constructor(readonly seed: number) {
    this.#state = seed >>> 0
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** An integer from 0 up to, not including, `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below)
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256))
  }
}
