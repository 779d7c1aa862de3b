import { LentFrame, type Release } from '../../core/contracts/index.js'

/** Where the blocks of frames come from, as far as a frame needs to know. */
export interface BlockSource {
  /** Keeps a block where it lies; undefined where that cannot be, and a copy has to do. */
  keep(page: number, length: number, serial: number): Release | undefined
  /** The block is the writer's again. */
  giveBack(page: number, serial: number): void
}

/** A frame in the peer's memory. One that lies in a block of the pool is kept there; one in the ring is copied. */
export class SegmentFrame extends LentFrame {
  readonly #blocks: BlockSource
  /** The first page of its block; -1 in the ring. */
  #page = -1
  #serial = 0
  #kept = false

  constructor(blocks: BlockSource) {
    super()
    this.#blocks = blocks
  }

  /** Shows a frame of the ring. */
  inRing(data: Uint8Array, start: number, length: number): this {
    this.#page = -1
    return this.reset(data, start, start + length, false)
  }

  /** Shows a frame that lies in the block that begins at `page`. */
  inPool(data: Uint8Array, start: number, length: number, page: number, serial: number): this {
    this.#page = page
    this.#serial = serial
    this.#kept = false
    return this.reset(data, start, start + length, false)
  }

  override retain(): Release {
    if (this.#page < 0 || this.#kept) return super.retain()
    const release = this.#blocks.keep(this.#page, this.end - this.start, this.#serial)
    this.#kept = release !== undefined
    return release ?? super.retain()
  }

  /** The loan is over: a block that was not kept is the writer's again. */
  over(): void {
    if (this.#page >= 0 && !this.#kept) this.#blocks.giveBack(this.#page, this.#serial)
  }
}
