/** Credit, as the wire protocol counts it. */
export interface Credit {
  readonly messages: number
  readonly bytes: number
}

/**
 * What the wire protocol says about the credit of one lane, in the plainest words: told what a sender says and
 * hears, it names every fault. It is what the lanes' own arithmetic is compared with.
 */
export class LaneModel {
  readonly faults: string[] = []
  #begun = 0
  #bytes = 0
  #settled = 0
  /** Lengths of all messages: that of message n is at n - 1. */
  readonly #lengths: number[] = []
  #granted: Credit

  constructor(private readonly window: Credit) {
    this.#granted = window
  }

  /** The sender sends a whole message, or a part of one. */
  sends(sequence: number, offset: number, total: number, length: number): void {
    if (offset === 0) {
      this.#begun++
      this.#lengths.push(total)
    }
    this.#bytes += length
    this.#check(sequence === this.#begun, `message ${sequence} where ${this.#begun} is on its way`)
    this.#check(
      this.#begun <= this.#granted.messages,
      `more than the ${this.#granted.messages} messages granted`,
    )
    this.#check(this.#bytes <= this.#granted.bytes, `more than the ${this.#granted.bytes} bytes granted`)
  }

  /** The sender hears a grant. */
  hears(sequence: number, messages: number, bytes: number): void {
    this.#check(
      sequence >= this.#settled && sequence <= this.#begun,
      `${sequence} is settled of ${this.#begun}`,
    )
    this.#check(messages === sequence + this.window.messages, `${messages} messages with ${sequence} settled`)
    const settledBytes = this.#lengths.slice(0, sequence).reduce((sum, length) => sum + length, 0)
    // Beside what is settled, only bytes of the next message are granted, and only when no window could hold it.
    const advanced = bytes - this.window.bytes - settledBytes
    const next = this.#lengths[sequence] ?? 0
    const most = next > this.window.bytes ? next : 0
    this.#check(advanced >= 0 && advanced <= most, `${advanced} bytes granted beside what is settled`)
    this.#settled = sequence
    this.#granted = { messages, bytes }
  }

  #check(holds: boolean, otherwise: string): void {
    if (!holds) this.faults.push(otherwise)
  }
}
