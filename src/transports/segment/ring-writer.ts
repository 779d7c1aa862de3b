import { brokenRule } from './broken-rule.js'
import { type Way, Word } from './layout.js'
import { BLOCK_UNITS, frameUnits, HEAD_BYTES, Kind } from './ring-record.js'

/** Who reads a ring, as its writer knows them. */
export interface RingAudience {
  /** Where the one is who is furthest behind; `published` where there is nobody. It is not trusted. */
  position(published: number): number
  /** There is more to read. True when somebody sleeps, and must be woken now. */
  sleeps(): boolean
}

/**
 * The writing side of a ring. Everything that it reads there is the position of its readers, mostly of the only one,
 * which it does not trust. What is put is seen by the reader when it is published, and not before:
 * the position is stored after the records, by Atomics, so that none can be seen in part.
 */
export class RingWriter {
  readonly #words: Int32Array
  readonly #audience: RingAudience
  readonly #heads: Int32Array
  readonly #capacity: number
  readonly #mask: number
  /** Where the next record goes, and how far the reader may read. */
  #tail: number
  #published: number
  /** How far the reader was when we looked last. */
  #head: number
  /** Units to leave empty in front of the record that was reserved last, because it would not fit before the end. */
  #padding = 0

  /**
   * @param origin where both sides begin to count: any multiple of the ring's units. @default 0
   * @param audience @default one reader
   */
  constructor({ words, heads, ringBytes }: Way, origin = 0, audience: RingAudience = new SoleReader(words)) {
    this.#audience = audience
    this.#tail = this.#published = this.#head = origin
    this.#words = words
    this.#heads = heads
    this.#capacity = ringBytes / 8
    this.#mask = this.#capacity - 1
  }

  /** How far the reader is now. @throws SignalboxError `PROTOCOL_VIOLATION` */
  get head(): number {
    this.#look()
    return this.#head
  }

  /** Where the next record goes, in front of what is left empty before it. */
  get tail(): number {
    return this.#tail
  }

  /** How far the readers may read. */
  get published(): number {
    return this.#published
  }

  /** Units that were put and not published. */
  get unpublished(): number {
    return (this.#tail - this.#published) | 0
  }

  /**
   * Where in the ring, in bytes, a frame of `length` bytes may be written; -1 when there is no room. It must not be
   * longer than half of the ring.
   * @throws SignalboxError `PROTOCOL_VIOLATION`
   */
  reserve(length: number): number {
    const index = this.#place(frameUnits(length))
    return index < 0 ? -1 : index * 8 + HEAD_BYTES
  }

  /** Puts a frame of `length` bytes, at most as many as were reserved. */
  commit(length: number): void {
    this.#put(length, Kind.FRAME, frameUnits(length))
  }

  /** Whether there is room for {@link putBlock}, until the next call. @throws SignalboxError `PROTOCOL_VIOLATION` */
  reserveBlock(): boolean {
    return this.#place(BLOCK_UNITS) >= 0
  }

  /** Puts the descriptor of a frame of `length` bytes that lies in the pool. */
  putBlock(length: number, page: number, serial: number): void {
    const index = this.#put(length, Kind.BLOCK, BLOCK_UNITS)
    this.#heads[index * 2 + 2] = page
    this.#heads[index * 2 + 3] = serial
  }

  /** Shows the reader all that was put. True when it sleeps, and somebody must ring the bell now. */
  publish(): boolean {
    if (this.#published === this.#tail) return false
    this.#published = this.#tail
    Atomics.store(this.#words, Word.TAIL, this.#tail)
    return this.#audience.sleeps()
  }

  /** The unit at which a record of so many may begin; -1 when there is no room. */
  #place(units: number): number {
    const index = this.#tail & this.#mask
    const toEnd = this.#capacity - index
    const padding = units > toEnd ? toEnd : 0
    if (this.#free < padding + units && !this.#looksFree(padding + units)) return -1
    this.#padding = padding
    return padding > 0 ? 0 : index
  }

  #put(length: number, kind: number, units: number): number {
    let index = this.#tail & this.#mask
    if (this.#padding > 0) {
      this.#heads[index * 2 + 1] = Kind.PADDING
      this.#tail = (this.#tail + this.#padding) | 0
      this.#padding = 0
      index = 0
    }
    this.#heads[index * 2] = length
    this.#heads[index * 2 + 1] = kind
    this.#tail = (this.#tail + units) | 0
    return index
  }

  get #free(): number {
    return this.#capacity - ((this.#tail - this.#head) | 0)
  }

  #looksFree(units: number): boolean {
    this.#look()
    return this.#free >= units
  }

  /** Looks where the reader is now. */
  #look(): void {
    const head = this.#audience.position(this.#published)
    const freed = (head - this.#head) | 0
    if (freed < 0 || freed > ((this.#published - this.#head) | 0)) {
      throw brokenRule(`it read up to ${head}, which is not between ${this.#head} and ${this.#published}`)
    }
    this.#head = head
  }
}

/** The one reader of a ring between two processes. */
class SoleReader implements RingAudience {
  constructor(private readonly words: Int32Array) {}

  position(): number {
    return Atomics.load(this.words, Word.HEAD)
  }

  sleeps(): boolean {
    // It first says that it sleeps and then looks at the tail: one of the two sees the other.
    return Atomics.load(this.words, Word.PARKED) !== 0 && Atomics.exchange(this.words, Word.PARKED, 0) !== 0
  }
}
