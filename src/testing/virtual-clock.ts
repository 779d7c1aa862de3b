import type { Clock, Timer } from '../core/contracts/index.js'

interface Pending {
  readonly due: number
  readonly run: () => void
}

/**
 * A clock that stands still until it is told to go on.
 * @example
 * ```ts
 * const clock = new VirtualClock()
 * clock.after(60_000, () => console.log('a minute later'))
 * clock.advance(60_000) // a minute later
 * ```
 */
export class VirtualClock implements Clock {
  #now = 0
  readonly #pending = new Set<Pending>()

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): Timer {
    const pending = { due: this.#now + ms, run }
    this.#pending.add(pending)
    return { cancel: () => void this.#pending.delete(pending) }
  }

  /** Lets `ms` milliseconds pass; what falls due runs in its order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#pending.delete(next)
      this.#now = Math.max(this.#now, next.due)
      next.run()
    }
    this.#now = end
  }

  /** Lets `ms` milliseconds pass as for a process that was stopped: all that fell due runs at the end. */
  stall(ms: number): void {
    this.#now += ms
    this.advance(0)
  }

  /** How many calls are waiting. */
  get pending(): number {
    return this.#pending.size
  }

  #nextBefore(end: number): Pending | undefined {
    let next: Pending | undefined
    for (const pending of this.#pending) {
      if (pending.due <= end && (next === undefined || pending.due < next.due)) next = pending
    }
    return next
  }
}
