import type { Encoder } from '../contracts/index.js'
import { putVarint, varintLength } from '../link/index.js'

/** A value and the number of the question that it asks, or answers. */
export interface Numbered {
  readonly question: number
  readonly value: unknown
}

/**
 * Writes a {@link Numbered} value behind a head that is the same for all but for the number: a head made anew for each
 * of them would cost more than its bytes.
 */
export class NumberedEncoder implements Encoder {
  /**
   * @param before what stands in front of the number
   * @param after what stands between the number and the value
   * @param encoder writes the value
   */
  constructor(
    private readonly before: Uint8Array,
    private readonly after: Uint8Array,
    private readonly encoder: Encoder,
  ) {}

  encode(numbered: Numbered): Uint8Array {
    const body = this.encoder.encode(numbered.value)
    const head = this.#headLength(numbered)
    const whole = new Uint8Array(head + body.length)
    this.#putHead(numbered, whole, 0)
    whole.set(body, head)
    return whole
  }

  encodeInto(numbered: Numbered, target: Uint8Array, at: number, end: number): number | undefined {
    if (this.encoder.encodeInto === undefined || at + this.#headLength(numbered) > end) return undefined
    return this.encoder.encodeInto(numbered.value, target, this.#putHead(numbered, target, at), end)
  }

  #headLength({ question }: Numbered): number {
    return this.before.length + varintLength(question) + this.after.length
  }

  /** @returns where the head ends */
  #putHead({ question }: Numbered, target: Uint8Array, at: number): number {
    for (const byte of this.before) target[at++] = byte
    at = putVarint(target, at, question)
    for (const byte of this.after) target[at++] = byte
    return at
  }
}
