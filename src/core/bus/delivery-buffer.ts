import type { Subscriber } from 'rxjs'
import { SignalboxError } from '../contracts/index.js'
import { Queue } from '../link/index.js'
import type { Overflow } from './overflow.js'

/**
 * Between what arrives and one subscriber. Values of one turn of the event loop are handed over together, or
 * as soon as the buffer is full; only a subscriber that is still busy with an earlier value can overflow it.
 */
export class DeliveryBuffer<T> {
  readonly #values = new Queue<T>()
  #scheduled = false
  #busy = false

  /**
   * @param limit values that are kept
   * @param dropped is told of each value that the policy gives up
   */
  constructor(
    private readonly topic: string,
    private readonly overflow: Overflow,
    private readonly limit: number,
    private readonly subscriber: Subscriber<T>,
    private readonly dropped: (value: T, why: SignalboxError) => void,
  ) {}

  push(value: T): void {
    if (this.subscriber.closed) return
    if (this.#values.size >= this.limit && !this.#makeRoom(value)) return
    this.#values.push(value)
    this.#drainSoon()
  }

  #drainSoon(): void {
    if (this.#scheduled || this.subscriber.closed) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#drain()
      if (this.#values.size > 0) this.#drainSoon() // what came in while it was busy
    })
  }

  /** Whether `value` may be kept after all. */
  #makeRoom(value: T): boolean {
    const { overflow } = this
    if (overflow !== 'latest' && !this.#busy) {
      this.#drain()
      return true
    }
    const why = new SignalboxError(
      'OVERFLOW',
      `a subscriber of ${this.topic} is behind by its ${this.limit}: ${overflow}`,
    )
    if (overflow === 'error') {
      this.#values.clear()
      this.subscriber.error(why)
      return false
    }
    if (overflow === 'drop-newest') {
      this.dropped(value, why)
      return false
    }
    const oldest = this.#values.shift()
    // Being replaced is what `latest` is for: it is no loss.
    if (oldest !== undefined && overflow === 'drop-oldest') this.dropped(oldest, why)
    return true
  }

  #drain(): void {
    this.#busy = true
    for (let left = this.#values.size; left > 0 && !this.subscriber.closed; left--) {
      this.subscriber.next(this.#values.shift() as T)
    }
    this.#busy = false
  }
}
