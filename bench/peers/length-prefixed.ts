/** Bytes of the length before each frame. */
export const PREFIX = 4

/** Cuts a stream into frames, each with its length before it. A frame that lies in one chunk is not copied. */
export class FrameSplitter {
  /** What there is of a frame that is not complete. */
  #partial: Buffer | undefined
  #filled = 0
  readonly #prefix = Buffer.alloc(PREFIX)
  #prefixFilled = 0

  /** @param frame is called with each frame, which is lent */
  constructor(private readonly frame: (bytes: Buffer) => void) {}

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#partial !== undefined) {
        at += this.#fill(this.#partial, chunk, at)
      } else if (this.#prefixFilled > 0 || chunk.length - at < PREFIX) {
        at += this.#fillPrefix(chunk, at)
      } else {
        const length = chunk.readUInt32LE(at)
        at += PREFIX
        if (at + length <= chunk.length) {
          this.frame(chunk.subarray(at, at + length))
          at += length
        } else {
          this.#begin(length)
        }
      }
    }
  }

  #begin(length: number): void {
    this.#partial = Buffer.allocUnsafe(length)
    this.#filled = 0
  }

  #fill(partial: Buffer, chunk: Buffer, at: number): number {
    const copied = chunk.copy(partial, this.#filled, at)
    this.#filled += copied
    if (this.#filled === partial.length) {
      this.#partial = undefined
      this.frame(partial)
    }
    return copied
  }

  #fillPrefix(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#prefix, this.#prefixFilled, at)
    this.#prefixFilled += copied
    if (this.#prefixFilled === PREFIX) {
      this.#prefixFilled = 0
      this.#begin(this.#prefix.readUInt32LE())
    }
    return copied
  }
}
