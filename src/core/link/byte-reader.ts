import type { Decoder } from '../contracts/index.js'
import { MAX_VARINT_LENGTH } from './varint.js'
import { violation } from './violation.js'

// A byte order mark is a character like any other here: two names that differ in one are two names.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const NOTHING = new Uint8Array(0)

/**
 * Reads foreign bytes. Every method throws `PROTOCOL_VIOLATION` at the end of the input or over a bound;
 * nothing is allocated before its size was compared with what is really there (I12).
 */
export class ByteReader {
  #bytes: Uint8Array
  #at: number
  #end: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#at = 0
    this.#end = bytes.length
  }

  /** Starts over on the bytes from `start` to `end`, so that one reader serves all frames of a track. */
  reset(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    return this
  }

  /** Bytes that were not read yet. */
  get left(): number {
    return this.#end - this.#at
  }

  /** The next byte, which stays unread; -1 at the end. */
  get next(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at] ?? -1) : -1
  }

  u8(): number {
    if (this.#at >= this.#end) throw violation('a frame ends too early')
    return this.#bytes[this.#at++] ?? 0
  }

  varint(): number {
    const first = this.u8()
    return first < 0x80 ? first : this.#longVarint(first)
  }

  /** The next `length` bytes, in place. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw violation('a frame ends too early')
    if (length === 0) return NOTHING // most fields that may be empty are
    const at = this.#at
    this.#at += length
    return this.#bytes.subarray(at, this.#at)
  }

  /** A length and as many bytes, in place. */
  block(most: number): Uint8Array {
    const length = this.varint()
    if (length > most) throw violation(`a field of ${length} B is over its ${most} B`)
    return this.raw(length)
  }

  text(most: number): string {
    const bytes = this.block(most)
    try {
      return decoder.decode(bytes)
    } catch {
      throw violation('a text is not UTF-8')
    }
  }

  /** All that is left, in place. */
  rest(): Uint8Array {
    return this.raw(this.left)
  }

  /** The value that is all that is left, read where it lies. @throws what the decoder throws */
  value(decoder: Decoder): unknown {
    const at = this.#at
    this.#at = this.#end
    return decoder.decode(this.#bytes, at, this.#end)
  }

  /** States that nothing is left. */
  end(): void {
    if (this.left > 0) throw violation(`${this.left} B stand behind the end of a frame`)
  }

  #longVarint(first: number): number {
    let value = first & 0x7f
    let scale = 0x80
    for (let count = 1; count < MAX_VARINT_LENGTH; count++) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (byte === 0) throw violation('a varint is not in its shortest form')
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 0x80
    }
    throw violation('a varint is longer than 53 bits')
  }
}
