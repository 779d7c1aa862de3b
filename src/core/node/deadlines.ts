import type { Clock, Timer } from '../contracts/index.js'

/** Something that is given up when its time is over. */
export interface Waiter {
  /** When that is, by the clock; this and its neighbours are kept by {@link Deadlines}. */
  deadline: number
  previous: Waiter | undefined
  next: Waiter | undefined
  /** Its time is over: it is to remove itself, unless it did already. */
  expire(): void
}

/** Milliseconds between two looks at the deadlines: a waiter expires that much late at most. */
const GRAIN = 10

/** Who waits, and until when. One timer serves all: one each would cost more than the rest of a question. */
export class Deadlines {
  #first: Waiter | undefined
  #last: Waiter | undefined
  #timer: Timer | undefined
  #due = Number.POSITIVE_INFINITY

  constructor(private readonly clock: Clock) {}

  /** Counts a waiter until it is removed or `timeout` milliseconds have passed. */
  add(waiter: Waiter, timeout: number): void {
    waiter.deadline = this.clock.now() + timeout
    waiter.previous = this.#last
    if (this.#last === undefined) this.#first = waiter
    else this.#last.next = waiter
    this.#last = waiter
    if (waiter.deadline < this.#due) this.#lookAt(waiter.deadline)
  }

  /** Counts a waiter no longer; it must be one that is counted. */
  remove(waiter: Waiter): void {
    const { previous, next } = waiter
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    waiter.previous = undefined
    waiter.next = undefined
  }

  /** Nobody is left to be counted: there is nothing to look at. */
  stop(): void {
    this.#timer?.cancel()
    this.#due = Number.POSITIVE_INFINITY
  }

  #lookAt(due: number): void {
    this.#timer?.cancel()
    this.#due = due
    this.#timer = this.clock.after(Math.max(0, due - this.clock.now()), () => this.#look())
  }

  #look(): void {
    const now = this.clock.now()
    const expired: Waiter[] = []
    let due = Number.POSITIVE_INFINITY
    for (let waiter = this.#first; waiter !== undefined; waiter = waiter.next) {
      if (waiter.deadline <= now) expired.push(waiter)
      else due = Math.min(due, waiter.deadline)
    }
    this.#due = Number.POSITIVE_INFINITY
    for (const waiter of expired) waiter.expire()
    if (due < this.#due) this.#lookAt(Math.max(due, now + GRAIN))
  }
}
