/** Looks in vain in a row after which they are left out. */
const MOST_VAIN = 4
/** The most chances that are let pass before one is taken again. */
const MOST_PASSED = 64

/**
 * Decides whether who has just worked looks once more, after a turn of the event loop, before it sleeps. It saves a bell
 * where the peer answers meanwhile. Where the peer shares our processor, or takes its time, that turn only keeps it waiting.
 */
export class SecondLook {
  #vain = 0
  #passed = 0
  #backoff = 1

  /** Whether to look this time. */
  isDue(): boolean {
    if (this.#vain < MOST_VAIN) return true
    if (++this.#passed < this.#backoff) return false
    this.#passed = 0
    return true
  }

  /** What came of it. */
  was(fruitful: boolean): void {
    if (fruitful) {
      this.#vain = 0
      this.#backoff = 1
    } else if (++this.#vain >= MOST_VAIN) this.#backoff = Math.min(this.#backoff * 2, MOST_PASSED)
  }
}
