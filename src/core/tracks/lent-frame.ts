import type { Frame, Release } from '../contracts/index.js'

/** The one frame that a connection lends again and again. */
export class LentFrame implements Frame {
  bytes: Uint8Array = new Uint8Array(0)
  #owned = false

  /** @param owned whether `bytes` are a copy that nobody else will ever write to */
  reset(bytes: Uint8Array, owned: boolean): this {
    this.bytes = bytes
    this.#owned = owned
    return this
  }

  retain(): Release {
    if (!this.#owned) this.bytes = new Uint8Array(this.bytes)
    this.#owned = true
    return nothingToRelease
  }
}

function nothingToRelease(): void {}
