import { MAX_VARINT_LENGTH, putVarint } from './varint.js'

const encoder = new TextEncoder()

/** Builds rare frames; grows as needed. Messages and grants are written in place: see `FrameRoom`. */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  u8(value: number): this {
    this.#room(1)
    this.#bytes[this.#length++] = value
    return this
  }

  varint(value: number): this {
    this.#room(MAX_VARINT_LENGTH)
    this.#length = putVarint(this.#bytes, this.#length, value)
    return this
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  /** Length, then the bytes. */
  block(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes)
  }

  text(text: string): this {
    return this.block(encoder.encode(text))
  }

  /** Starts over, so that one writer serves many frames. */
  reset(): this {
    this.#length = 0
    return this
  }

  /** A copy of what was written. */
  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #room(length: number): void {
    if (this.#length + length <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
