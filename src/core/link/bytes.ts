import { SignalboxError } from '../contracts/index.js'

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** The largest varint in bytes: 53 bits in groups of 7. */
const MAX_VARINT_BYTES = 8

/** The error of whoever sends what the wire protocol does not allow. */
export function violation(what: string): SignalboxError {
  return new SignalboxError('PROTOCOL_VIOLATION', `the peer broke the wire protocol: ${what}`)
}

/** Bytes that `value` takes as a varint: an unsigned LEB128 of at most 53 bits. */
export function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++
  return length
}

/** Writes `value` as a varint at `at`, and tells where it ends. */
export function putVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value
  while (rest >= 0x80) {
    into[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  into[at++] = rest
  return at
}

/** Builds control frames; grows as needed. Messages take the quicker way through a track's `reserve`. */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  u8(value: number): this {
    this.#room(1)
    this.#bytes[this.#length++] = value
    return this
  }

  varint(value: number): this {
    this.#room(MAX_VARINT_BYTES)
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

/**
 * Reads foreign bytes. Every method throws `PROTOCOL_VIOLATION` at the end of the input or over a bound;
 * nothing is allocated before its size was compared with what is really there (I12).
 */
export class ByteReader {
  #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Starts over on other bytes, so that one reader serves all frames of a link. */
  reset(bytes: Uint8Array): this {
    this.#bytes = bytes
    this.#at = 0
    return this
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw violation('a frame ends too early')
    this.#at++
    return value
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER || (byte === 0 && count > 0))
          throw violation('a varint is not in its shortest form')
        return value
      }
      scale *= 0x80
    }
    throw violation('a varint is longer than 53 bits')
  }

  /** The next `length` bytes, in place. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw violation('a frame ends too early')
    const at = this.#at
    this.#at += length
    return this.#bytes.subarray(at, this.#at)
  }

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

  /** States that nothing is left. */
  end(): void {
    if (this.left > 0) throw violation(`${this.left} B stand behind the end of a frame`)
  }
}
