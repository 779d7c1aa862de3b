import { FrameBatch } from './frame-batch.js'

/** Bytes on the way in one direction before there is no room for more; one frame of any size is always taken. */
const CAPACITY = 256 * 1024

/** Frames on the way, so that empty ones are bounded too. */
const MOST_FRAMES = 1024

/**
 * Frames on their way to one end, in order, and no more of them than its reader is behind by design. While one batch is
 * read another one is written, and they change places: so a frame stays where it is until it was read, and needs no memory
 * of its own.
 */
export class FrameQueue {
  #written = new FrameBatch(CAPACITY)
  #read = new FrameBatch(CAPACITY)
  #length = 0
  #bytes = 0

  get length(): number {
    return this.#length
  }

  /** What {@link reserve} gives places in. */
  get room(): Uint8Array {
    return this.#written.room
  }

  /** Where in the room a frame of up to `length` bytes may be written; -1 when too much waits. */
  reserve(length: number): number {
    const isFull = this.#length >= MOST_FRAMES || this.#bytes + length > CAPACITY
    return this.#length > 0 && isFull ? -1 : this.#written.reserve(length)
  }

  /** The first `length` bytes of what was reserved are a frame. */
  commit(length: number): void {
    this.#written.add(length)
    this.#length++
    this.#bytes += length
  }

  /** The oldest frame, which is the caller's until {@link done}; undefined when there is none. */
  next(): FrameBatch | undefined {
    if (this.#length === 0) return undefined
    if (this.#read.isOver) this.#changePlaces()
    const batch = this.#read
    batch.next()
    this.#length--
    this.#bytes -= batch.end - batch.start
    return batch
  }

  /** What {@link next} returned was read. */
  done(): void {
    if (this.#read.isOver) this.#read.clear()
  }

  /** Whether a sender that was refused should try again: not for every frame that leaves. */
  get hasDrained(): boolean {
    return this.#length <= MOST_FRAMES / 2 && this.#bytes <= CAPACITY / 2
  }

  clear(): void {
    this.#written.clear()
    this.#read = new FrameBatch(CAPACITY) // somebody may still look at what was read last
    this.#length = this.#bytes = 0
  }

  #changePlaces(): void {
    const empty = this.#read
    this.#read = this.#written
    this.#written = empty
  }
}
