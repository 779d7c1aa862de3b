/**
 * The best figure of the last while, as congestion controls keep it (BBR: the least round trip, the greatest rate):
 * a peer that was busy for some time does not spoil it, and a change for the worse shows when the while is over.
 */
export class WindowedBest {
  #half = Number.NEGATIVE_INFINITY
  #best: number | undefined
  /** Of the half window before. */
  #before: number | undefined

  /**
   * @param better which of two figures counts: `Math.min` or `Math.max`
   * @param window milliseconds; what is older than that is forgotten, at the latest
   */
  constructor(
    private readonly better: (a: number, b: number) => number,
    private readonly window: number,
  ) {}

  /** Adds what was seen at the time `at`, in milliseconds; gives the best. */
  add(figure: number, at: number): number {
    const half = Math.floor((2 * at) / this.window)
    if (half !== this.#half) {
      this.#before = half === this.#half + 1 ? this.#best : undefined
      this.#best = undefined
      this.#half = half
    }
    this.#best = this.#best === undefined ? figure : this.better(this.#best, figure)
    return this.#before === undefined ? this.#best : this.better(this.#before, this.#best)
  }
}
