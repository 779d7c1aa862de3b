import { SignalboxError } from '../contracts/index.js'
import { Queue } from '../link/index.js'

/** A value that waits for room in a stream. */
interface Blocked<T> {
  readonly value: T
  accept(): void
  refuse(error: SignalboxError): void
}

/** Options of `stream`. */
export interface StreamOptions {
  /** Values that are taken ahead of the consumer. @default 64 */
  readonly buffer?: number
  /** Ends the stream. */
  readonly signal?: AbortSignal
}

/**
 * Messages for one `for await` loop. The loop's pace is the credit: when the buffer is full, publishers wait.
 * One loop at a time; leaving it ends the stream.
 */
export class MessageStream<T> implements AsyncIterableIterator<T> {
  readonly #values = new Queue<T>()
  readonly #blocked = new Queue<Blocked<T>>()
  readonly #waiting = new Queue<(result: IteratorResult<T>) => void>()
  #over = false

  /**
   * @param left is told when the loop was left, or the stream ended
   * @throws SignalboxError `CONFIG_INVALID` for a buffer that takes nothing
   */
  constructor(
    private readonly buffer: number,
    private readonly left: () => void,
  ) {
    if (buffer >= 1) return
    throw new SignalboxError(
      'CONFIG_INVALID',
      `a stream with a buffer of ${buffer} takes nothing; give at least 1`,
    )
  }

  /** Takes a value: at once, or when the loop has made room. @throws SignalboxError `CLOSED` when the loop was left */
  put(value: T): void | Promise<void> {
    if (this.#over) throw subscriberLeft()
    const consumer = this.#waiting.shift()
    if (consumer !== undefined) {
      consumer({ done: false, value })
      return
    }
    if (this.#values.size < this.buffer) {
      this.#values.push(value)
      return
    }
    return new Promise<void>((accept, refuse) => this.#blocked.push({ value, accept, refuse }))
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#values.size > 0) {
      const value = this.#values.shift() as T
      const blocked = this.#blocked.shift()
      if (blocked !== undefined) {
        this.#values.push(blocked.value)
        blocked.accept()
      }
      return Promise.resolve({ done: false, value })
    }
    if (this.#over) return Promise.resolve({ done: true, value: undefined })
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  return(): Promise<IteratorResult<T>> {
    this.#values.clear()
    this.end()
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Takes nothing more; what was taken can still be read. */
  end(): void {
    if (this.#over) return
    this.#over = true
    const why = subscriberLeft()
    for (let next = this.#blocked.shift(); next !== undefined; next = this.#blocked.shift()) next.refuse(why)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next({ done: true, value: undefined })
    }
    this.left()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

function subscriberLeft(): SignalboxError {
  return new SignalboxError('CLOSED', 'the subscriber has left')
}
