/** ms until the next look, as long as messages come without a ring. */
const QUICK = 1

/**
 * How long the reader of a slot waits for the doorbell before it looks for itself: foreign writers do not
 * ring. A message that was found by looking makes it look again soon, and each look in vain halves its zeal.
 */
export class PollPace {
  #pause: number

  /** @param idle ms between looks while nothing comes */
  constructor(private readonly idle: number) {
    this.#pause = idle
  }

  /** ms until the next look. */
  get pause(): number {
    return this.#pause
  }

  /** @param found whether there was a message that nobody had rung for */
  looked(found: boolean): void {
    this.#pause = Math.min(found ? QUICK : this.#pause * 2, this.idle)
  }
}
