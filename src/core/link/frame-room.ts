import { putVarint } from './varint.js'

/** Bytes up to which a plain loop copies quickest. */
const SHORT = 48

/** Room on a track for one frame, written in place from its front. One object serves all frames of a track. */
export class FrameRoom {
  #bytes = new Uint8Array()
  #start = 0
  #at = 0

  /** @param at where in `bytes` the frame begins */
  reset(bytes: Uint8Array, at: number): this {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>
    this.#start = at
    this.#at = at
    return this
  }

  /** Copies what was written so far into `target`. */
  copyTo(target: Uint8Array, at: number): void {
    const bytes = this.#bytes
    const end = this.#at
    // A view costs more than to copy a short frame byte by byte.
    if (end - this.#start > SHORT) target.set(bytes.subarray(this.#start, end), at)
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
    if (bytes.length === 0) return this // even a copy of nothing has its price
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
    return this
  }
}
