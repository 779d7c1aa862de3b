import type { FrameRoom } from './frame-room.js'
import { lengthAt, PREFIX, putLength } from './length-prefix.js'

/** Bytes that a frame of `length` bytes takes here, and counts until it is acknowledged. */
export function keptLength(length: number): number {
  return PREFIX + length
}

/** The buffer that the first frame gets; it grows as needed. */
const FIRST_SIZE = 1024
const NOTHING = new Uint8Array()

/**
 * Copies of the frames that a track took and whose receipt the peer has not confirmed yet, oldest first: should
 * the track die, they leave on another one. All lie in one block of memory, each behind its length, so that keeping one
 * allocates nothing. Where frames stay in the track's room for a while, what lies there in one piece is copied as one.
 */
export class ReplayBuffer {
  #bytes = new Uint8Array()
  #start = 0
  #end = 0
  #count = 0
  /** Bytes of the frames that it holds. */
  #size = 0
  /** The youngest of them are not copied yet, and lie here. */
  #room: Uint8Array = NOTHING
  #roomStart = 0
  #roomEnd = 0

  /** @param limit bytes from which on it counts as full; one more frame may lie beyond */
  constructor(private readonly limit: number) {}

  /** How many frames it holds. */
  get count(): number {
    return this.#count
  }

  get full(): boolean {
    return this.#size >= this.limit
  }

  /** Keeps the frame that was written into `room`. */
  keep(room: FrameRoom): void {
    const at = this.#begin(room.length)
    room.copyTo(this.#bytes, at)
  }

  /** Keeps the frame that was written into `room`, where it stays, behind its length, until {@link copyStaying}. */
  keepStaying(room: FrameRoom): void {
    const { bytes, end } = room
    const start = room.start - PREFIX
    if (start !== this.#roomEnd || bytes !== this.#room) {
      this.copyStaying()
      this.#room = bytes
      this.#roomStart = start
    }
    this.#roomEnd = end
    this.#size += end - start
    this.#count++
  }

  /** Copies the frames that stayed where they were written. */
  copyStaying(): void {
    const length = this.#roomEnd - this.#roomStart
    if (length === 0) return
    const at = this.#makeRoom(length)
    this.#bytes.set(this.#room.subarray(this.#roomStart, this.#roomEnd), at)
    this.#end = at + length
    this.#room = NOTHING
    this.#roomStart = this.#roomEnd = 0
  }

  /** Keeps a copy of `frame`. */
  add(frame: Uint8Array): void {
    const at = this.#begin(frame.length)
    this.#bytes.set(frame, at)
  }

  /** Takes back the frame of `length` bytes that was copied last. */
  forgetLast(length: number): void {
    const kept = keptLength(length)
    this.#end -= kept
    this.#size -= kept
    this.#count--
  }

  /** Gives up the oldest `count` frames, of which it has as many. */
  drop(count: number): void {
    this.copyStaying()
    if (count >= this.#count) {
      this.#start = this.#end = this.#count = this.#size = 0
      return
    }
    let at = this.#start
    for (let left = count; left > 0; left--) at += keptLength(lengthAt(this.#bytes, at))
    this.#size -= at - this.#start
    this.#start = at
    this.#count -= count
  }

  /** The oldest frame, in place: valid until the next call. */
  first(): Uint8Array | undefined {
    if (this.#count === 0) return undefined
    this.copyStaying()
    const start = this.#start + PREFIX
    return this.#bytes.subarray(start, start + lengthAt(this.#bytes, this.#start))
  }

  /** Begins a frame, and tells where its bytes are to lie. */
  #begin(length: number): number {
    const at = this.#makeRoom(keptLength(length))
    putLength(this.#bytes, at, length)
    this.#end = at + keptLength(length)
    this.#size += keptLength(length)
    this.#count++
    return at + PREFIX
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
