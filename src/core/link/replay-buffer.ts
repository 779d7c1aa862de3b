import type { FrameRoom } from './frame-room.js'

/** Bytes in front of each frame that is kept: its length, an unsigned 32-bit little-endian integer. */
const HEADER = 4

/** Bytes that a frame of `length` bytes takes here, and counts until it is acknowledged. */
export function keptLength(length: number): number {
  return HEADER + length
}

/** The buffer that the first frame gets; it grows as needed. */
const FIRST_SIZE = 1024

/**
 * Copies of the frames that a track took and whose receipt the peer has not confirmed yet, oldest first: should
 * the track die, they leave on another one. All lie in one block of memory, so that keeping one allocates nothing.
 */
export class ReplayBuffer {
  #bytes = new Uint8Array()
  #start = 0
  #end = 0
  #count = 0
  /** Where the frame that was kept last begins. */
  #last = 0

  /** @param limit bytes from which on it counts as full; one more frame may lie beyond */
  constructor(private readonly limit: number) {}

  /** How many frames it holds. */
  get count(): number {
    return this.#count
  }

  get full(): boolean {
    return this.#end - this.#start >= this.limit
  }

  /** Keeps the frame that was written into `room`. */
  keep(room: FrameRoom): void {
    const at = this.#begin(room.length)
    room.copyTo(this.#bytes, at)
  }

  /** Keeps a copy of `frame`. */
  add(frame: Uint8Array): void {
    const at = this.#begin(frame.length)
    this.#bytes.set(frame, at)
  }

  /** Takes back the frame that was kept last. */
  forgetLast(): void {
    this.#end = this.#last
    this.#count--
  }

  /** Gives up the oldest `count` frames, of which it has as many. */
  drop(count: number): void {
    if (count >= this.#count) {
      this.#start = this.#end = this.#count = 0
      return
    }
    this.#count -= count
    for (let left = count; left > 0; left--) this.#start += HEADER + this.#length()
  }

  /** The oldest frame, in place: valid until the next call. */
  first(): Uint8Array | undefined {
    if (this.#count === 0) return undefined
    const start = this.#start + HEADER
    return this.#bytes.subarray(start, start + this.#length())
  }

  /** Begins a frame, and tells where its bytes are to lie. */
  #begin(length: number): number {
    const at = this.#makeRoom(HEADER + length)
    const bytes = this.#bytes
    bytes[at] = length
    bytes[at + 1] = length >>> 8
    bytes[at + 2] = length >>> 16
    bytes[at + 3] = length >>> 24
    this.#last = at
    this.#end = at + HEADER + length
    this.#count++
    return at + HEADER
  }

  #length(): number {
    const at = this.#start
    const bytes = this.#bytes
    const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
    return (low | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  }

  /** Where `length` more bytes can lie: what is kept moves to the front, or into a larger block, when it must. */
  #makeRoom(length: number): number {
    if (this.#end + length <= this.#bytes.length) return this.#end
    const used = this.#end - this.#start
    if (used + length <= this.#bytes.length / 2) {
      this.#bytes.copyWithin(0, this.#start, this.#end) // at most half, so it pays for itself
    } else {
      const larger = new Uint8Array(Math.max(FIRST_SIZE, 2 * (used + length)))
      larger.set(this.#bytes.subarray(this.#start, this.#end))
      this.#bytes = larger
    }
    this.#start = 0
    this.#end = used
    return used
  }
}
