/** Bytes on the way in one direction before `send` says `full`; one frame of any size is always taken. */
const CAPACITY = 256 * 1024

/** Frames on the way, so that empty ones are bounded too. */
const MOST_FRAMES = 1024

/** Copies of frames on their way to one end, in order, and no more of them than its reader is behind by design. */
export class FrameQueue {
  readonly #frames: Buffer[] = []
  #bytes = 0

  get length(): number {
    return this.#frames.length
  }

  /** Takes a copy of `frame`, unless there is no room. */
  push(frame: Uint8Array): boolean {
    const { length } = this.#frames
    if (length > 0 && (length >= MOST_FRAMES || this.#bytes + frame.length > CAPACITY)) return false
    this.#frames.push(Buffer.from(frame)) // small copies share Node's buffer pool
    this.#bytes += frame.length
    return true
  }

  shift(): Buffer | undefined {
    const frame = this.#frames.shift()
    if (frame !== undefined) this.#bytes -= frame.length
    return frame
  }

  /** Whether a sender that was refused should try again: not for every frame that leaves. */
  get hasDrained(): boolean {
    return this.#frames.length <= MOST_FRAMES / 2 && this.#bytes <= CAPACITY / 2
  }

  clear(): void {
    this.#frames.length = 0
    this.#bytes = 0
  }
}
