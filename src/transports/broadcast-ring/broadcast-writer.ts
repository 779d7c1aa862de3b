import { PAGE } from '../segment/layout.js'
import { MOST_INLINE } from '../segment/ring-record.js'
import { RingWriter } from '../segment/ring-writer.js'
import { Audience, type AudienceBell } from './audience.js'
import { PREFIX, type RingMemory, RingWord } from './ring-memory.js'
import { SharedBlocks } from './shared-blocks.js'

/**
 * What happens to a reader that is so slow that there is no room for the next message. `block`: the writer waits, and
 * cuts the reader off when that takes too long. `drop`: the reader loses the oldest messages, and is told how many.
 * `evict`: it is cut off at once.
 */
export type SlowReaderPolicy = 'block' | 'drop' | 'evict'

/** What a {@link BroadcastWriter} asks of whoever knows its readers. */
export interface BroadcastBell extends AudienceBell {
  /** The reader of that seat was cut off because it was too slow. */
  evicted(seat: number): void
}

/** Where a new reader begins. */
export interface Seat {
  readonly seat: number
  readonly position: number
  /** The number of the message that it hears first. */
  readonly sequence: number
}

const NO_BLOCK = -1
const NOTHING_REFUSED = Number.POSITIVE_INFINITY

/**
 * The one writer of a ring with many readers. What it knows of its records, it keeps for itself: the memory could say
 * anything, since each reader can write there.
 */
export class BroadcastWriter {
  readonly #memory: RingMemory
  readonly #audience: Audience
  readonly #ring: RingWriter
  readonly #blocks: SharedBlocks
  readonly #mask: number
  /** Of the record, with what is left empty before it, that begins at a unit: where it ends, and its block. */
  readonly #ends: Int32Array
  readonly #pages: Int32Array
  #sequence = 0
  /** Bytes of the smallest message that was refused a place in the ring, and of the smallest that was refused a block. */
  #refusedInRing = NOTHING_REFUSED
  #refusedBlock = NOTHING_REFUSED

  constructor(
    memory: RingMemory,
    private readonly policy: SlowReaderPolicy,
    private readonly bell: BroadcastBell,
  ) {
    const units = memory.way.ringBytes / 8
    this.#memory = memory
    this.#audience = new Audience(memory, {
      ring: seat => bell.ring(seat),
      broken: (seat, why) => this.#broken(seat, why),
    })
    this.#ring = new RingWriter(memory.way, 0, this.#audience)
    this.#blocks = new SharedBlocks(memory)
    this.#mask = units - 1
    this.#ends = new Int32Array(units)
    this.#pages = new Int32Array(units)
  }

  /** Whether somebody waits for room. */
  get refused(): boolean {
    return this.#refusedInRing !== NOTHING_REFUSED || this.#refusedBlock !== NOTHING_REFUSED
  }

  /** How many readers hear what is published. */
  get readers(): number {
    let count = 0
    for (let left = this.#audience.listening; left !== 0; left &= left - 1) count++
    return count
  }

  /** Units that were put and not published. */
  get unpublished(): number {
    return this.#ring.unpublished
  }

  /** A new reader, which hears everything from now on; undefined when all seats are taken. */
  join(): Seat | undefined {
    this.publish()
    const position = this.#ring.published
    const seat = this.#audience.seat(position)
    return seat < 0 ? undefined : { seat, position, sequence: this.#sequence }
  }

  /** A reader is gone, and gives back all that it had. */
  leave(seat: number): void {
    this.#audience.leave(seat)
    this.#blocks.forget(seat)
  }

  /**
   * Puts a message, which readers see when it is published.
   * @param origin which of the writer's ends sent it
   * @returns whether there was room
   */
  put(bytes: Uint8Array, origin: number): boolean {
    const { length } = bytes
    if (length + PREFIX > MOST_INLINE) {
      const page = this.takeBlock(length)
      if (page < 0) return false
      this.#memory.way.data.set(bytes, this.startOf(page))
      this.putBlock(page, length, origin)
      return true
    }
    const at = this.#roomInRing(length)
    if (at < 0) return false
    this.#memory.way.data.set(bytes, at + PREFIX)
    this.#stamp(at, origin)
    const start = this.#ring.tail
    this.#ring.commit(length + PREFIX)
    this.#note(start, NO_BLOCK)
    return true
  }

  /** A block for a message of `length` bytes, which is the caller's until it is put or put back; -1 without room. */
  takeBlock(length: number): number {
    const page = this.#findsRoom(() => this.#blocks.take(length + PREFIX))
    if (page >= 0 && this.#hasPlaceForBlock()) return page
    if (page >= 0) this.#blocks.putBack(page)
    this.#refusedBlock = Math.min(this.#refusedBlock, length)
    return -1
  }

  /** Where in the memory's data the message of a block begins. */
  startOf(page: number): number {
    return this.#memory.way.ringBytes + page * PAGE + PREFIX
  }

  /** Puts the message of a block; false when there is no room for what tells of it, and the block is the caller's still. */
  putBlock(page: number, length: number, origin: number): boolean {
    if (!this.#hasPlaceForBlock()) {
      this.#refusedInRing = 0 // whatever has room there, has room for that
      return false
    }
    this.#stamp(this.startOf(page) - PREFIX, origin)
    this.#blocks.lend(page, this.#audience.listening)
    const start = this.#ring.tail
    this.#ring.putBlock(length + PREFIX, page, 1)
    this.#note(start, page)
    return true
  }

  /** What was taken for a message that is not sent. */
  putBack(page: number): void {
    this.#blocks.putBack(page)
  }

  /** Shows the readers all that was put, and rings for those who sleep. */
  publish(): void {
    this.#ring.publish()
  }

  /** Whether there is now room for the smallest message that was refused. */
  get hasRoom(): boolean {
    if (this.#refusedInRing !== NOTHING_REFUSED && this.#ring.reserve(this.#refusedInRing + PREFIX) >= 0)
      return true
    if (this.#refusedBlock === NOTHING_REFUSED || !this.#ring.reserveBlock()) return false
    const page = this.#blocks.take(this.#refusedBlock + PREFIX)
    if (page >= 0) this.#blocks.putBack(page)
    return page >= 0
  }

  /** Who was refused tries again. */
  forgetRefusals(): void {
    this.#refusedInRing = this.#refusedBlock = NOTHING_REFUSED
  }

  /** Asks the readers to ring the bell when they make room. Look once more afterwards. */
  wantRoom(): void {
    this.#audience.wantRoom()
  }

  /** Cuts off who is furthest behind; false when nobody is behind. */
  evictSlowest(): boolean {
    this.publish()
    const seat = this.#audience.slowest(this.#ring.published)
    if (seat < 0) return false
    this.evict(seat)
    this.bell.evicted(seat)
    return true
  }

  /** Cuts a reader off. What it has taken stays its own until it leaves. */
  evict(seat: number): void {
    const { published } = this.#ring
    let at: number | undefined = this.#audience.evict(seat, published)
    while (at !== undefined && at !== published) {
      this.#withdraw(at, seat)
      at = this.#endOf(at, published)
    }
  }

  /** Shows what was put, and that nothing will follow. */
  close(): void {
    this.publish()
    Atomics.store(this.#memory.way.words, RingWord.CLOSED, 1)
    for (let left = this.#audience.listening; left !== 0; left &= left - 1) {
      this.#audience.wake(31 - Math.clz32(left & -left))
    }
  }

  #roomInRing(length: number): number {
    let at = this.#ring.reserve(length + PREFIX)
    if (at < 0) at = this.#findsRoom(() => this.#ring.reserve(length + PREFIX))
    if (at < 0) this.#refusedInRing = Math.min(this.#refusedInRing, length)
    return at
  }

  /** Whether there is a place in the ring for what tells of a block. */
  #hasPlaceForBlock(): boolean {
    return this.#findsRoom(() => (this.#ring.reserveBlock() ? 0 : -1)) >= 0
  }

  /** What `find` finds, once those are out of the way who must not be; -1 when that does not help. */
  #findsRoom(find: () => number): number {
    for (;;) {
      const found = find()
      if (found >= 0 || this.policy === 'block') return found
      if (!(this.policy === 'drop' ? this.#dropsOldest() : this.evictSlowest())) return -1
    }
  }

  /** Who is furthest behind loses its oldest message; false when nobody is behind. */
  #dropsOldest(): boolean {
    this.publish()
    const { published } = this.#ring
    const seat = this.#audience.slowest(published)
    const from = seat < 0 ? undefined : this.#audience.positionOf(seat, published)
    // It may have caught up since it was found: then there is room.
    if (from === undefined || from === published) return seat >= 0
    const to = this.#endOf(from, published)
    if (to === undefined) this.#broken(seat, `it says that it is at ${from}, where no message begins`)
    // Where it has moved itself meanwhile, there is more room as well.
    else if (this.#audience.moves(seat, from, to)) this.#withdraw(from, seat)
    return true
  }

  /** The reader of a seat will not take the record at `at`. */
  #withdraw(at: number, seat: number): void {
    const page = this.#pages[at & this.#mask] ?? NO_BLOCK
    if (page !== NO_BLOCK) this.#blocks.withdraw(page, seat)
  }

  /** Where the record at `at` ends; undefined when none begins there. */
  #endOf(at: number, published: number): number | undefined {
    const end = this.#ends[at & this.#mask] ?? at
    const left = (published - end) | 0
    return left >= 0 && left < ((published - at) | 0) ? end : undefined
  }

  #broken(seat: number, why: string): void {
    this.evict(seat)
    this.bell.broken(seat, why)
  }

  #stamp(at: number, origin: number): void {
    const { prefixes } = this.#memory
    prefixes[at >> 2] = this.#sequence
    prefixes[(at >> 2) + 1] = origin
    this.#sequence = (this.#sequence + 1) | 0
  }

  #note(start: number, page: number): void {
    this.#ends[start & this.#mask] = this.#ring.tail
    this.#pages[start & this.#mask] = page
  }
}
