import type { SignalboxError } from '../contracts/index.js'

/**
 * How a message ended (I3). Every message has exactly one outcome.
 * - `accepted`: the receiver's mailbox took it (I2).
 * - `rejected`: it certainly was not accepted; the error says why.
 * - `unknown`: the session ended before the answer came. It may have been accepted; that is not the same as failed.
 */
export type Outcome =
  | { readonly status: 'accepted' }
  | { readonly status: 'rejected'; readonly error: SignalboxError }
  | { readonly status: 'unknown'; readonly error: SignalboxError }

/** The outcome without a reason; shared, so that settling costs no allocation. */
export const ACCEPTED: Outcome = Object.freeze({ status: 'accepted' })

/** Who wants to know how a message ended. One receipt may serve many messages. It must not throw. */
export interface Receipt {
  settle(outcome: Outcome): void
}

/** A receipt that is a promise: resolves when accepted, rejects with the outcome's error otherwise. */
export class PromiseReceipt implements Receipt {
  readonly promise: Promise<void>
  #resolve: () => void = () => {}
  #reject: (error: SignalboxError) => void = () => {}

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  settle(outcome: Outcome): void {
    if (outcome.status === 'accepted') this.#resolve()
    else this.#reject(outcome.error)
  }
}
