import type { SignalboxError } from '../contracts/index.js'

/** How a question is answered; the first call counts, later ones do nothing. */
export interface Reply {
  /** Fires when the asker gave up or is gone. */
  readonly signal: AbortSignal
  /** Why nobody waits for the answer any more; undefined while somebody does. */
  readonly givenUp: SignalboxError | undefined
  answer(value: unknown): void
  fail(error: SignalboxError): void
}

/** An AbortSignal that is made when somebody looks at it: most handlers never do, and making one is dear. */
export class LateSignal {
  #controller: AbortController | undefined
  #givenUp: SignalboxError | undefined

  /** Why it fired, or will as soon as somebody looks; undefined before. */
  get givenUp(): SignalboxError | undefined {
    return this.#givenUp
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#givenUp !== undefined) this.#controller.abort(this.#givenUp)
    }
    return this.#controller.signal
  }

  abort(why: SignalboxError): void {
    this.#givenUp ??= why
    this.#controller?.abort(why)
  }
}
