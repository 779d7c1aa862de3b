/** Runs something once at the end of the turn in which it was asked for, however often that was. */
export class EndOfTurn {
  #due = false

  constructor(private readonly run: () => void) {}

  soon(): void {
    if (this.#due) return
    this.#due = true
    queueMicrotask(this.#afterThisMicrotask)
  }

  // A tick that is asked for from inside a microtask runs when the queue of microtasks is empty: so what a chain of
  // promises asks for is done together.
  readonly #afterThisMicrotask = (): void => process.nextTick(this.#now)

  readonly #now = (): void => {
    this.#due = false
    this.run()
  }
}
