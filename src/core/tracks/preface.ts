/** Bytes of the length in front of a preface. */
const LENGTH = 2
/** Bytes of the longest preface: it comes from somebody unknown (I12). */
const LONGEST = 1024

/** What is said first on a track: a length, and as many bytes, so that they are found in a stream too. */
export function prefaceOf(content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(content.length >> 8, content.length), content])
}

/** Collects a preface from pieces of any size. */
export class PrefaceReader {
  #bytes = new Uint8Array(0)

  /**
   * The preface, and what came behind it, once it is whole.
   * @returns undefined while it is not, `invalid` when it is longer than one may be
   */
  take(piece: Uint8Array): { content: Uint8Array; rest: Uint8Array } | 'invalid' | undefined {
    this.#bytes = new Uint8Array(Buffer.concat([this.#bytes, piece]))
    const [high, low] = this.#bytes
    if (high === undefined || low === undefined) return undefined
    const end = LENGTH + high * 256 + low
    if (end > LENGTH + LONGEST) return 'invalid'
    if (this.#bytes.length < end) return undefined
    return { content: this.#bytes.subarray(LENGTH, end), rest: this.#bytes.subarray(end) }
  }
}
