import { SignalboxError } from '../contracts/index.js'
import type { Outcome, Receipt } from './outcome.js'

/** The receipt of a message that waits, and is taken back when a signal fires before it leaves. */
export class AbortableReceipt implements Receipt {
  #heard: (() => void) | undefined

  constructor(
    private readonly receipt: Receipt,
    private readonly signal: AbortSignal,
  ) {}

  /** @param takeBack is called when the signal fires; false where it is too late: then the message's own outcome will tell */
  listen(takeBack: () => boolean): void {
    this.#heard = () => {
      if (takeBack()) this.settle({ status: 'rejected', error: aborted(this.signal) })
    }
    this.signal.addEventListener('abort', this.#heard, { once: true })
  }

  settle(outcome: Outcome): void {
    if (this.#heard !== undefined) this.signal.removeEventListener('abort', this.#heard)
    this.receipt.settle(outcome)
  }
}

/** The error for what was taken back before it left. */
export function aborted(signal: AbortSignal): SignalboxError {
  return new SignalboxError('ABORTED', 'aborted by the caller before it was sent', { cause: signal.reason })
}
