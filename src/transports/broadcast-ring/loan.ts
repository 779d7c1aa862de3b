import { SignalboxError } from '../../core/contracts/index.js'

/** What a {@link Loan} does in its ring. */
export interface LoanSource {
  publish(length: number): 'sent' | 'full'
  putBack(): void
}

/** A place in a ring's memory that a message is written into, so that nobody copies it. */
export class Loan implements Disposable {
  #over = false

  constructor(
    /** Where to write. They are the caller's until the message is sent or the loan is put back. */
    readonly bytes: Uint8Array,
    private readonly source: LoanSource,
  ) {}

  /**
   * Sends the first `length` bytes. `full`: nothing was sent, the loan goes on, and `writable$` tells when to try again.
   * @param length @default all of them
   * @throws SignalboxError `CLOSED` when the loan is over; `FRAME_TOO_LARGE` over its length
   */
  publish(length = this.bytes.length): 'sent' | 'full' {
    if (this.#over) throw new SignalboxError('CLOSED', 'this loan is over; borrow once for each message')
    if (length > this.bytes.length) {
      const why = `${length} B of a loan of ${this.bytes.length} B; borrow as many as may be needed`
      throw new SignalboxError('FRAME_TOO_LARGE', why)
    }
    const outcome = this.source.publish(length)
    this.#over = outcome === 'sent'
    return outcome
  }

  /** Gives the place back without a message. Harmless twice, and after it was sent. */
  [Symbol.dispose](): void {
    if (this.#over) return
    this.#over = true
    this.source.putBack()
  }
}
