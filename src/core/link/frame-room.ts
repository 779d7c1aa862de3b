import { putVarint } from './varint.js'

/** Room on a track for one frame, written in place from its front. One object serves all frames of a track. */
export class FrameRoom {
  #bytes = new Uint8Array()
  #at = 0

  /** @param at where in `bytes` the frame begins */
  reset(bytes: Uint8Array, at: number): this {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>
    this.#at = at
    return this
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
