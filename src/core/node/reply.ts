import type { SignalboxError } from '../contracts/index.js'

/** How a question is answered; the first call counts, later ones do nothing. */
export interface Reply {
  /** Fires when the asker gave up or is gone. */
  readonly signal: AbortSignal
  answer(value: unknown): void
  fail(error: SignalboxError): void
}

/** An AbortSignal that is made when somebody looks at it: most handlers never do, and making one is dear. */
export class LateSignal {
  #controller: AbortController | undefined
  #fired: { readonly reason: unknown } | undefined

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#fired !== undefined) this.#controller.abort(this.#fired.reason)
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#fired ??= { reason }
    this.#controller?.abort(reason)
  }
}
