import { aborted, SignalboxError } from '../../core/contracts/index.js'

/** Options of whatever waits. */
export interface WaitOptions {
  /** Gives up; `AbortSignal.timeout(ms)` does so after a while. @default waits for ever */
  readonly signal?: AbortSignal | undefined
}

/** The waits for one object: each ends with what it waits for, when its caller gives up, or when the object is closed. */
export class Waits {
  readonly #what: string
  readonly #closing = new AbortController()
  #waiting = 0
  #ended: () => void = () => {}

  /** @param what the object, for messages: `mutex orders` */
  constructor(what: string) {
    this.#what = what
  }

  /** @throws SignalboxError `CLOSED` */
  check(): void {
    if (this.#closing.signal.aborted) throw this.#closed()
  }

  /** @throws SignalboxError `ABORTED`, `CLOSED`; what `wait` throws */
  async run<T>(signal: AbortSignal | undefined, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.check()
    if (signal?.aborted) throw aborted(`waiting for ${this.#what}`, signal)
    const closing = this.#closing.signal
    this.#waiting += 1
    try {
      return await wait(signal === undefined ? closing : AbortSignal.any([signal, closing]))
    } catch (error) {
      if (closing.aborted) throw this.#closed()
      if (signal?.aborted) throw aborted(`waiting for ${this.#what}`, signal)
      throw error
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#ended()
    }
  }

  /** Ends all waits; `ended` runs once, when the last one is over. Harmless twice. */
  close(ended: () => void): void {
    if (this.#closing.signal.aborted) return
    this.#ended = ended
    this.#closing.abort()
    if (this.#waiting === 0) ended()
  }

  #closed(): SignalboxError {
    return new SignalboxError('CLOSED', `${this.#what} was closed here`)
  }
}
