import { type Observable, Subject } from 'rxjs'
import type { SignalboxError } from '../contracts/index.js'

/** A message that did not reach a handler, and why. */
export interface DeadLetter {
  /** The contract's key: `message orders.placed@1`. */
  readonly contract: string
  /** Whom it was for: `signalbox://shop/cashier`, or a topic. */
  readonly target: string
  /** What was sent, where it is still known. */
  readonly payload: unknown
  /** Whether it certainly was not handled, or its handler failed; or whether nobody knows. */
  readonly outcome: 'rejected' | 'unknown'
  readonly reason: SignalboxError
}

/** Where everything goes that could not be delivered: nothing is lost silently. */
export class DeadLetters {
  readonly #letters = new Subject<DeadLetter>()

  /** Those from now on; nothing is kept for later. */
  readonly all$: Observable<DeadLetter> = this.#letters.asObservable()

  add(letter: DeadLetter): void {
    this.#letters.next(letter)
  }

  close(): void {
    this.#letters.complete()
  }
}
