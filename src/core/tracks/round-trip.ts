/** Milliseconds of the first time-out, before anything was measured. */
const INITIAL = 100
/** Milliseconds below which a time-out would only measure how busy a process is. */
const SHORTEST = 5
/** Milliseconds of the longest time-out, however often it was doubled. */
const LONGEST = 1000

/** How long an answer takes, and after how long it is late. Source: RFC 6298, sections 2 and 5. */
export class RoundTrip {
  #smoothed: number | undefined
  #variation = 0
  #doublings = 0

  /** Milliseconds after which something unanswered counts as lost. */
  get timeout(): number {
    const estimate = this.#smoothed === undefined ? INITIAL : this.#smoothed + 4 * this.#variation
    return Math.min(LONGEST, Math.max(SHORTEST, estimate) * 2 ** this.#doublings)
  }

  /** An answer took `ms`. It must be sure which of several repetitions was answered (Karn's rule). */
  measured(ms: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = ms
      this.#variation = ms / 2
      return
    }
    this.#variation += (Math.abs(this.#smoothed - ms) - this.#variation) / 4
    this.#smoothed += (ms - this.#smoothed) / 8
  }

  /** The time-out passed without an answer: the next one is twice as long. */
  expired(): void {
    this.#doublings = Math.min(this.#doublings + 1, 10)
  }

  /** Something was answered. */
  answered(): void {
    this.#doublings = 0
  }
}
