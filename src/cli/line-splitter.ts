import { SignalboxError } from '../core/contracts/index.js'

const LF = 0x0a
const CR = 0x0d
/** Bytes of the longest line: what is held of a peer that never ends one. */
const LONGEST = 64 * 1024 * 1024

/** Cuts a stream of bytes into lines, without the `\n` or `\r\n` that ends them. */
export class LineSplitter {
  #pieces: Buffer[] = []
  #held = 0

  /** The lines that end in `bytes`. They may share its memory. @throws SignalboxError `LIMIT_EXCEEDED` */
  push(bytes: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = []
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let start = 0
    for (let end = piece.indexOf(LF); end !== -1; end = piece.indexOf(LF, start)) {
      lines.push(this.#complete(piece.subarray(start, end)))
      start = end + 1
    }
    this.#hold(piece.subarray(start))
    return lines
  }

  /** The last line, where the stream does not end with a line feed. */
  end(): Uint8Array[] {
    return this.#held > 0 ? [this.#complete(Buffer.alloc(0))] : []
  }

  #complete(last: Buffer): Uint8Array {
    const line = this.#held === 0 ? last : Buffer.concat([...this.#pieces, last])
    this.#pieces = []
    this.#held = 0
    return line.at(-1) === CR ? line.subarray(0, -1) : line
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0) return
    this.#held += piece.length
    if (this.#held > LONGEST) {
      throw new SignalboxError(
        'LIMIT_EXCEEDED',
        `a line is longer than ${LONGEST} B; is it a stream of lines at all?`,
      )
    }
    this.#pieces.push(Buffer.from(piece)) // it was only lent
  }
}
