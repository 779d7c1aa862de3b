/** Bytes of the first room; it doubles as needed. */
const FIRST_ROOM = 4096

/** Frames one after the other in one room, written where they are read. */
export class FrameBatch {
  #room = new Uint8Array(0)
  /** Where each frame ends, and the next one begins. */
  readonly #ends: number[] = []
  #count = 0
  #read = 0

  /** @param usual bytes of the largest room that is kept for the next frames */
  constructor(private readonly usual: number) {}

  /** What the frames lie in. It may be another one after each {@link reserve}. */
  get room(): Uint8Array {
    return this.#room
  }

  /** Whether every frame was read. */
  get isOver(): boolean {
    return this.#read === this.#count
  }

  /** Where in the room `length` bytes more may be written. */
  reserve(length: number): number {
    const at = this.#endOf(this.#count)
    if (at + length > this.#room.length) this.#grow(at, length)
    return at
  }

  /** The `length` bytes that were reserved last are a frame. */
  add(length: number): void {
    this.#ends[this.#count] = this.#endOf(this.#count) + length
    this.#count++
  }

  /** Goes on to the next frame, of which there is one: it begins at {@link start}, and ends at {@link end}. */
  next(): void {
    this.#read++
  }

  get start(): number {
    return this.#endOf(this.#read - 1)
  }

  get end(): number {
    return this.#endOf(this.#read)
  }

  /** Whether nobody writes into this room again, so that what lies there may be kept. */
  get isUnusual(): boolean {
    return this.#room.length > this.usual
  }

  /** Forgets all frames. */
  clear(): void {
    this.#count = this.#read = 0
    if (this.isUnusual) this.#room = new Uint8Array(0)
  }

  #endOf(count: number): number {
    return count > 0 ? (this.#ends[count - 1] ?? 0) : 0
  }

  #grow(filled: number, length: number): void {
    const needed = filled + length
    const room = new Uint8Array(Math.max(needed, Math.min(this.usual, Math.max(FIRST_ROOM, 2 * needed))))
    room.set(this.#room.subarray(0, filled))
    this.#room = room
  }
}
