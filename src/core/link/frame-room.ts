import type { Encoder } from '../contracts/index.js'
import { putVarint } from './varint.js'

/** Bytes up to which a plain loop copies quicker than a call, and quicker than a view and a call. */
const SHORT = { whole: 16, part: 96 } as const

/** Room on a track for one frame, written in place from its front. One object serves all frames of a track. */
export class FrameRoom {
  #bytes = new Uint8Array()
  #start = 0
  #at = 0
  #limit = 0

  /** @param start where in `bytes` the frame begins */
  reset(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>
    this.#start = start
    this.#at = start
    this.#limit = end
    return this
  }

  /** What it lies in. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Where in `bytes` the frame begins. */
  get start(): number {
    return this.#start
  }

  /** Where in `bytes` that ends which was written so far. */
  get end(): number {
    return this.#at
  }

  /** Bytes that were written so far. */
  get length(): number {
    return this.#at - this.#start
  }

  /** Copies what was written so far into `target`. */
  copyTo(target: Uint8Array, at: number): void {
    const bytes = this.#bytes
    const end = this.#at
    if (end - this.#start > SHORT.part) target.set(bytes.subarray(this.#start, end), at)
    else for (let from = this.#start; from < end; from++) target[at++] = bytes[from] ?? 0
  }

  u8(value: number): this {
    this.#bytes[this.#at++] = value
    return this
  }

  varint(value: number): this {
    this.#at = putVarint(this.#bytes, this.#at, value)
    return this
  }

  raw(bytes: Uint8Array): this {
    const { length } = bytes
    const at = this.#at
    if (length > SHORT.whole) this.#bytes.set(bytes, at)
    else for (let from = 0; from < length; from++) this.#bytes[at + from] = bytes[from] ?? 0
    this.#at = at + length
    return this
  }

  /**
   * Lets an encoder write a value; false, and nothing is written, when it does not fit or the encoder does not
   * write in place. @throws what the encoder throws
   */
  value(encoder: Encoder, value: unknown): boolean {
    const end = encoder.encodeInto?.(value, this.#bytes, this.#at, this.#limit)
    if (end === undefined) return false
    this.#at = end
    return true
  }
}
