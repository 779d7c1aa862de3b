import { aborted, type Clock, SignalboxError, type Timer } from '../contracts/index.js'

/** Milliseconds until somebody who does not answer is asked again: at first, and at most. */
const AGAIN = { first: 10, most: 100 } as const

/** Milliseconds for which somebody who does not answer is asked, where nobody says otherwise. */
export const PATIENCE = 2000

/** Something that is asked for again and again until there is an answer: the packet, or its answer, may be lost. */
export class Attempt<T> {
  readonly result: Promise<T>
  #timer: Timer | undefined
  #wait: number = AGAIN.first
  readonly #deadline: number
  #resolve: (result: T) => void = () => {}
  #reject: (error: Error) => void = () => {}

  /**
   * @param what what is attempted, with its address: `connect to udp://127.0.0.1:7000`
   * @param ask is called at once, and again until {@link succeed} or {@link fail}
   */
  constructor(
    private readonly what: string,
    private readonly clock: Clock,
    private readonly patience: number,
    signal: AbortSignal | undefined,
    private readonly ask: () => void,
  ) {
    this.#deadline = clock.now() + patience
    const giveUp = () => signal && this.fail(aborted(what, signal))
    this.result = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    }).finally(() => {
      this.#timer?.cancel()
      signal?.removeEventListener('abort', giveUp)
    })
    if (signal?.aborted) giveUp()
    else {
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#next()
    }
  }

  succeed(result: T): void {
    this.#stop()
    this.#resolve(result)
  }

  fail(error: Error): void {
    this.#stop()
    this.#reject(error)
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#wait = 0
  }

  #next(): void {
    if (this.#wait === 0) return
    if (this.clock.now() >= this.#deadline) {
      const why = `nobody answered within ${this.patience} ms; is there a listener?`
      this.fail(new SignalboxError('NO_LISTENER', `${this.what}: ${why}`))
      return
    }
    this.#timer = this.clock.after(this.#wait, () => this.#next())
    this.#wait = Math.min(AGAIN.most, 2 * this.#wait)
    this.ask()
  }
}
