import type { Encoder } from '../contracts/index.js'
import { putVarint } from './varint.js'

/** Bytes up to which a plain loop copies quickest: a view costs more. */
const SHORT = 64

/** Room on a track for one frame, written in place from its front. One object serves all frames of a track. */
export class FrameRoom {
  #bytes = new Uint8Array()
  #start = 0
  #at = 0
  #end = 0

  /** @param start where in `bytes` the frame begins */
  reset(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>
    this.#start = start
    this.#at = start
    this.#end = end
    return this
  }

  /** Bytes that were written so far. */
  get length(): number {
    return this.#at - this.#start
  }

  /** Copies what was written so far into `target`. */
  copyTo(target: Uint8Array, at: number): void {
    copy(this.#bytes, this.#start, this.#at, target, at)
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
    copy(bytes, 0, length, this.#bytes, this.#at)
    this.#at += length
    return this
  }

  /**
   * Lets an encoder write a value; false, and nothing is written, when it does not fit or the encoder does not
   * write in place. @throws what the encoder throws
   */
  value(encoder: Encoder, value: unknown): boolean {
    const end = encoder.encodeInto?.(value, this.#bytes, this.#at, this.#end)
    if (end === undefined) return false
    this.#at = end
    return true
  }
}

/** Copies what lies in `from` from `start` to before `end`. */
function copy(from: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  if (end - start > SHORT)
    target.set(end === from.length && start === 0 ? from : from.subarray(start, end), at)
  else for (let next = start; next < end; next++) target[at++] = from[next] ?? 0
}
