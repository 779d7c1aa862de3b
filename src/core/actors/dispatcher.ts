import type { Clock } from '../contracts/index.js'

/** Something that has work to do. */
export interface Worker {
  /** Who works after it; the dispatcher's own, which needs no list beside the workers. */
  next: Worker | undefined
  /**
   * Does some of its work; never throws.
   * @param most how many pieces at most
   * @returns how many it did, at least one: nobody turns for ever
   */
  work(most: number): number
}

/** Pieces of work between two looks at the clock, and of one worker while others wait. */
const TURN = 64
/** Milliseconds that workers may have to themselves before the rest of the process gets its turn. */
const SLICE = 2
/** A settled promise: what is chained to it runs as a microtask, at half the price of `queueMicrotask`. */
const soon = Promise.resolve()

/**
 * Gives all actors of a node their turns, in the order in which they came to have work: in one microtask for all
 * that came in the meantime. After a slice of time the rest of the process gets its turn, however fast actors keep
 * each other busy.
 */
export class Dispatcher {
  #first: Worker | undefined
  #last: Worker | undefined
  #scheduled = false
  #left = TURN
  /** When the event loop last had its turn, as far as is known. */
  #since = 0

  constructor(private readonly clock: Clock) {}

  /** Lets a worker work soon; once for each call, and not again before it did. */
  ready(worker: Worker): void {
    if (this.#last === undefined) this.#first = worker
    else this.#last.next = worker
    this.#last = worker
    if (this.#scheduled) return
    this.#scheduled = true
    soon.then(this.#run)
  }

  readonly #run = (): void => {
    for (let worker = this.#first; worker !== undefined; worker = this.#first) {
      if (this.#left <= 0 && this.clock.now() - this.#since >= SLICE) {
        setImmediate(this.#runSlice)
        return
      }
      if (this.#left <= 0) this.#left = TURN
      this.#first = worker.next
      if (this.#first === undefined) this.#last = undefined
      worker.next = undefined
      this.#left -= worker.work(this.#left)
    }
    this.#scheduled = false
  }

  readonly #runSlice = (): void => {
    this.#since = this.clock.now()
    this.#left = TURN
    this.#run()
  }
}
