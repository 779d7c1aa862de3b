import type { Frame, Release } from './connection.js'

const NOTHING = new Uint8Array(0)

/** A {@link Frame} that a connection lends again and again: one object serves all that it delivers. */
export class LentFrame implements Frame {
  buffer: Uint8Array = NOTHING
  start = 0
  end = 0
  #view: Uint8Array | undefined
  #owned = false

  /** A frame of its own, which is all of `bytes`; see {@link reset}. */
  static of(bytes: Uint8Array, owned: boolean): LentFrame {
    return new LentFrame().reset(bytes, 0, bytes.length, owned)
  }

  /**
   * Shows the frame that lies in `buffer` from `start` to before `end`.
   * @param owned whether nobody will ever write there again: then it is retained where it lies
   */
  reset(buffer: Uint8Array, start: number, end: number, owned: boolean): this {
    this.buffer = buffer
    this.start = start
    this.end = end
    this.#view = undefined
    this.#owned = owned
    return this
  }

  get bytes(): Uint8Array {
    this.#view ??= this.#isAll ? this.buffer : this.buffer.subarray(this.start, this.end)
    return this.#view
  }

  retain(): Release {
    if (!this.#owned) {
      const copy = new Uint8Array(this.end - this.start)
      copy.set(this.bytes)
      this.reset(copy, 0, copy.length, true)
    }
    return nothingToRelease
  }

  get #isAll(): boolean {
    return this.start === 0 && this.end === this.buffer.length
  }
}

function nothingToRelease(): void {}
