import { violation } from './violation.js'

/**
 * A message on its way in parts. It has one buffer of the right size where the credit covers it; beyond that the buffer
 * grows with what really came, not with what was promised (I12).
 */
export class Assembly {
  /** Bytes whose credit was given back before the message was whole. */
  advanced = 0
  #buffer: Uint8Array
  #filled = 0

  /** @param expected bytes that may be had at once: no more than were granted */
  constructor(
    readonly total: number,
    expected: number,
  ) {
    this.#buffer = new Uint8Array(Math.min(total, expected))
  }

  /** A message that came whole, copied. */
  static whole(message: Uint8Array): Assembly {
    const assembly = new Assembly(message.length, message.length)
    assembly.#append(message)
    return assembly
  }

  get filled(): number {
    return this.#filled
  }

  get isWhole(): boolean {
    return this.#filled === this.total
  }

  /** The message, once it is whole. */
  get message(): Uint8Array {
    return this.#buffer
  }

  /** Adds the part that comes next. @throws SignalboxError `PROTOCOL_VIOLATION` */
  add(offset: number, total: number, part: Uint8Array): void {
    if (this.total !== total || this.#filled !== offset || offset + part.length > total)
      throw violation('a part does not continue its message')
    this.#append(part)
  }

  #append(part: Uint8Array): void {
    const needed = this.#filled + part.length
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(this.total, Math.max(needed, 2 * this.#buffer.length)))
      larger.set(this.#buffer.subarray(0, this.#filled))
      this.#buffer = larger
    }
    this.#buffer.set(part, this.#filled)
    this.#filled = needed
  }
}
