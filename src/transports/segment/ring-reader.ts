import { brokenRule } from './broken-rule.js'
import { type Way, Word } from './layout.js'
import { BLOCK_UNITS, frameUnits, HEAD_BYTES, Kind, MOST_INLINE } from './ring-record.js'

/**
 * The reading side of a ring. Nothing that it reads is trusted: the writer's memory may hold anything, and something
 * else a moment later. So each number is read once, and checked before it is used.
 */
export class RingReader {
  /** Of the record that {@link next} found: whether it is a frame of the ring, or a block of the pool. */
  kind: typeof Kind.FRAME | typeof Kind.BLOCK = Kind.FRAME
  /** Bytes of its frame. Of a block they are not checked: this reader does not know the pool. */
  length = 0
  /** Where a frame of the ring lies, in bytes. */
  start = 0
  /** Where a block begins, and its number, as the writer says; not checked. */
  page = 0
  serial = 0

  readonly #words: Int32Array
  readonly #heads: Int32Array
  readonly #capacity: number
  readonly #mask: number
  /** How far the writer had published when we looked last. */
  #tail: number
  /** The record that is next, how far we are done, and how far the writer knows that we are. */
  #next: number
  #head: number
  #freed: number
  /** How far we were when we last looked whether the writer waits. */
  #looked: number

  /** @param origin where both sides begin to count, and what `words` say already. @default 0 */
  constructor({ words, heads, ringBytes }: Way, origin = 0) {
    this.#tail = this.#next = this.#head = this.#freed = this.#looked = origin
    this.#words = words
    this.#heads = heads
    this.#capacity = ringBytes / 8
    this.#mask = this.#capacity - 1
  }

  /** Whether there is something to read. */
  get ready(): boolean {
    return this.#next !== this.#tail || Atomics.load(this.#words, Word.TAIL) !== this.#tail
  }

  /** Behind the record of {@link next}. */
  get position(): number {
    return this.#next
  }

  /** Goes on from `position`, and what is before it is done with. */
  moveTo(position: number): void {
    if (((this.#tail - position) | 0) < 0) this.#tail = position
    this.#next = this.#head = this.#freed = position
  }

  /** Units of which the writer does not know yet that they are free. */
  get unfreed(): number {
    return (this.#head - this.#freed) | 0
  }

  /** Goes to the next record; false when there is none. @throws SignalboxError `PROTOCOL_VIOLATION` */
  next(): boolean {
    if (this.#next === this.#tail && !this.#look()) return false
    let index = this.#next & this.#mask
    let kind = this.#heads[index * 2 + 1]
    if (kind === Kind.PADDING) {
      this.#skipTo(this.#capacity - index)
      if (this.#next === this.#tail) throw brokenRule('a padding with no record behind it')
      index = 0
      kind = this.#heads[1]
    }
    if (kind === Kind.FRAME) this.#frame(index)
    else if (kind === Kind.BLOCK) this.#block(index)
    else throw brokenRule(`a record of the unknown kind ${kind}`)
    return true
  }

  /** The record of {@link next} is done with: its place may be used again, once that is told. */
  done(): void {
    this.#head = this.#next
  }

  /**
   * Tells the writer what is free. True when it waits for that, and somebody must ring the bell now: once half of
   * the ring is free, or all that we know of is read, so that a writer is not woken for a few frames.
   */
  free(): boolean {
    if (this.#freed !== this.#head) {
      this.#freed = this.#head
      Atomics.store(this.#words, Word.HEAD, this.#head)
    }
    const caughtUp = this.#head === this.#tail
    if (!caughtUp && ((this.#head - this.#looked) | 0) < this.#capacity / 2) return false
    this.#looked = this.#head
    return isWanted(this.#words)
  }

  /** Says that we sleep, unless there is something to read. */
  park(): boolean {
    Atomics.store(this.#words, Word.PARKED, 1)
    if (!this.ready) return true
    this.unpark()
    return false
  }

  /** Says that we are awake. */
  unpark(): void {
    Atomics.store(this.#words, Word.PARKED, 0)
  }

  #frame(index: number): void {
    const length = this.#heads[index * 2] ?? -1
    if (length < 0 || length > MOST_INLINE) throw brokenRule(`a frame of ${length} B in the ring`)
    this.#take(index, frameUnits(length))
    this.kind = Kind.FRAME
    this.length = length
    this.start = index * 8 + HEAD_BYTES
  }

  #block(index: number): void {
    this.#take(index, BLOCK_UNITS)
    this.kind = Kind.BLOCK
    this.length = this.#heads[index * 2] ?? -1
    this.page = this.#heads[index * 2 + 2] ?? -1
    this.serial = this.#heads[index * 2 + 3] ?? 0
  }

  #take(index: number, units: number): void {
    if (index + units > this.#capacity)
      throw brokenRule(`a record of ${units} units over the end of the ring`)
    this.#skipTo(units)
  }

  #skipTo(units: number): void {
    const left = (this.#tail - this.#next) | 0
    if (units > left) throw brokenRule(`a record of ${units} units where ${left} are published`)
    this.#next = (this.#next + units) | 0
  }

  /** Looks how far the writer is now. */
  #look(): boolean {
    const tail = Atomics.load(this.#words, Word.TAIL)
    if (tail === this.#tail) return false
    const published = (tail - this.#tail) | 0
    const used = (tail - this.#freed) | 0
    if (published < 0 || used < 0 || used > this.#capacity) {
      throw brokenRule(
        `it published up to ${tail}, after ${this.#tail}, in a ring of ${this.#capacity} units`,
      )
    }
    this.#tail = tail
    return true
  }
}

/** Whether the writer waits for room; then it is told, and whoever asked must ring the bell now. */
export function isWanted(words: Int32Array): boolean {
  return Atomics.load(words, Word.WANTED) !== 0 && Atomics.exchange(words, Word.WANTED, 0) !== 0
}
