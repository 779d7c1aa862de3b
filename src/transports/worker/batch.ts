/*
 * One message of a port: an ArrayBuffer with all frames of a turn. What a port costs is the message and the wake-up
 * of the other thread, not the bytes.
 *
 *   0   u32  MAGIC
 *   8   f64  where the last frame ends
 *   16       for each frame its length as f64, then its bytes
 *
 * All numbers are little-endian.
 */

const MAGIC = 0x78_6f_62_53
const END_AT = 8
const HEAD = 16
const LENGTH = 8

/** Bytes of the room for small frames. A larger frame gets room of its own. */
const ROOM = 64 * 1024

/** Frames on their way into one message, written where they will be read. */
export class OutgoingBatch {
  readonly bytes: Uint8Array
  readonly #view: DataView
  #end = HEAD

  /** @param length bytes of the first frame */
  constructor(length: number) {
    // It is handed over when it is written, and what nobody wrote is never read.
    this.bytes = new Uint8Array(Buffer.allocUnsafeSlow(Math.max(ROOM, HEAD + LENGTH + length)).buffer)
    this.#view = new DataView(this.bytes.buffer)
    this.#view.setUint32(0, MAGIC, true)
  }

  get isEmpty(): boolean {
    return this.#end === HEAD
  }

  /** Where the next frame's bytes go. */
  get at(): number {
    return this.#end + LENGTH
  }

  /** Whether one more frame of `length` bytes fits. */
  fits(length: number): boolean {
    return this.at + length <= this.bytes.length
  }

  /** The `length` bytes from {@link at} on are a frame. */
  add(length: number): void {
    this.#view.setFloat64(this.#end, length, true)
    this.#end += LENGTH + length
  }

  /**
   * What a port can transfer: the room itself where that is mostly full, which is not to be used any more then, and
   * else a copy of its small part.
   */
  take(): { readonly message: ArrayBuffer; readonly gone: boolean } {
    this.#view.setFloat64(END_AT, this.#end, true)
    const room = this.bytes.buffer as ArrayBuffer
    const gone = this.#end > room.byteLength / 2
    const message = gone ? room : room.slice(0, this.#end)
    this.#end = HEAD
    return { message, gone }
  }
}

/** A message that arrived, read frame by frame. */
export class IncomingBatch {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #end: number
  /** Where the present frame lies in `bytes`. */
  start = HEAD
  end = HEAD

  /** The batch that a port received; undefined for what no connection sends. */
  static of(message: unknown): IncomingBatch | undefined {
    if (!(message instanceof ArrayBuffer) || message.byteLength < HEAD) return undefined
    const view = new DataView(message)
    if (view.getUint32(0, true) !== MAGIC) return undefined
    const end = view.getFloat64(END_AT, true)
    return end >= HEAD && end <= message.byteLength ? new IncomingBatch(message, view, end) : undefined
  }

  private constructor(message: ArrayBuffer, view: DataView, end: number) {
    this.bytes = new Uint8Array(message)
    this.#view = view
    this.#end = end
  }

  /** Whether no frame is left. */
  get isOver(): boolean {
    return this.end === this.#end
  }

  /** Goes on to the next frame; false where the bytes do not tell of one. */
  next(): boolean {
    const start = this.end + LENGTH
    if (start > this.#end) return false
    const length = this.#view.getFloat64(this.end, true)
    if (!(Number.isInteger(length) && length >= 0 && start + length <= this.#end)) return false
    this.start = start
    this.end = start + length
    return true
  }

  /** Whether keeping the frame where it lies keeps little else. */
  get isMostlyThis(): boolean {
    return this.end - this.start > this.bytes.length / 2
  }
}
