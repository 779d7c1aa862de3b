import { type InPlaceSender, overCommit } from '../../../core/contracts/index.js'
import { BlockPool } from '../block-pool.js'
import { EndOfTurn } from '../end-of-turn.js'
import { PAGE, type Way, Word } from '../layout.js'
import { RingReader } from '../ring-reader.js'
import { Kind, MOST_INLINE } from '../ring-record.js'
import { RingWriter } from '../ring-writer.js'

/** What an {@link OutgoingWay} asks of its connection. */
export interface OutgoingBell {
  /** The reader sleeps and has something to read. */
  ring(): void
  /** The reader broke a rule. */
  broken(error: unknown): void
}

/** A frame that lies in the ring or in the pool. */
type RingRecord = Pick<RingReader, 'kind' | 'length' | 'start' | 'page'>

/** Units after which the reader gets something to do without waiting for the end of the turn: both sides are to be at work. */
const MUCH = 2048 / 8
const NO_ROOM = new Uint8Array(0)
const NOTHING_REFUSED = Number.POSITIVE_INFINITY

/**
 * What this side writes: small frames into the ring, large ones into blocks of which the ring says where they are.
 * The reader sees them at the end of the turn, all at once, or earlier when there is much for it to do.
 */
export class OutgoingWay implements InPlaceSender {
  #room: Uint8Array
  readonly #way: Way
  readonly #bell: OutgoingBell
  readonly #ring: RingWriter
  readonly #pool: BlockPool
  /** What `commit` may take: how many bytes, and in which block if it is one. */
  #reserved = -1
  #page = -1
  readonly #turn = new EndOfTurn(() => this.publish())
  /** Bytes of the smallest frame that was refused. */
  #refused = NOTHING_REFUSED
  #closed = false

  constructor(way: Way, bell: OutgoingBell) {
    this.#room = way.data
    this.#way = way
    this.#bell = bell
    this.#ring = new RingWriter(way)
    this.#pool = new BlockPool(way)
  }

  get room(): Uint8Array {
    return this.#room
  }

  /** Whether somebody waits for room. */
  get refused(): boolean {
    return this.#refused !== NOTHING_REFUSED
  }

  /** The caller sees to it that `length` is not over the largest frame. */
  reserve(length: number): number {
    if (this.#closed) return -1
    const at = this.#placeFor(length)
    if (at < 0) this.#refused = Math.min(this.#refused, length)
    return at
  }

  commit(length: number): void {
    if (this.#closed) return
    if (length > this.#reserved) throw overCommit(length, this.#reserved)
    this.#reserved = -1
    if (this.#page >= 0) this.#ring.putBlock(length, this.#page, this.#pool.lend(this.#page, length))
    else this.#ring.commit(length)
    if (this.#page >= 0 || this.#ring.unpublished >= MUCH) this.publish()
    else this.#turn.soon()
  }

  /** Shows the reader what was sent, now. */
  publish(): void {
    if (!this.#closed && this.#ring.publish()) this.#bell.ring()
  }

  /** Whether there is now room for the smallest frame that was refused. */
  get hasRoom(): boolean {
    return this.refused && !this.#closed && this.#placeFor(this.#refused) >= 0
  }

  /** Who was refused tries again. */
  forgetRefusals(): void {
    this.#refused = NOTHING_REFUSED
  }

  /** Asks the reader to ring the bell when it makes room. Look once more afterwards: it may just have done so. */
  wantRoom(): void {
    Atomics.store(this.#way.words, Word.WANTED, 1)
  }

  /** Shows the reader what was sent, and takes nothing more. */
  close(): void {
    this.publish()
    this.#closed = true
    this.#room = NO_ROOM // nobody writes into memory that is not ours any more
  }

  /**
   * The frames that the reader has not certainly taken, oldest first, each lent until the next one. What the reader
   * said of its position is checked as ever; from a reader that broke a rule nothing more is of interest.
   */
  *untaken(): Generator<Uint8Array> {
    const { data, ringBytes } = this.#way
    try {
      for (const { kind, length, start, page } of this.#recordsLeft()) {
        const at = kind === Kind.FRAME ? start : ringBytes + page * PAGE
        yield data.subarray(at, at + length)
      }
    } catch (error) {
      this.#bell.broken(error)
    }
  }

  /** The records that may not be taken yet: a block that came back was, and so was everything before it. */
  #recordsLeft(): RingRecord[] {
    const reader = new RingReader(this.#way, this.#ring.head)
    const records: RingRecord[] = []
    while (reader.next()) {
      const { kind, length, start, page, serial } = reader
      if (kind === Kind.BLOCK && !this.#pool.isLent(page, length, serial)) records.length = 0
      else records.push({ kind, length, start, page })
    }
    return records
  }

  #placeFor(length: number): number {
    try {
      return length > MOST_INLINE ? this.#placeInPool(length) : this.#placeInRing(length)
    } catch (error) {
      this.#bell.broken(error)
      return -1
    }
  }

  #placeInRing(length: number): number {
    const at = this.#ring.reserve(length)
    if (at < 0) return -1
    this.#reserved = length
    this.#page = -1
    return at
  }

  #placeInPool(length: number): number {
    if (!this.#ring.reserveBlock()) return -1
    const page = this.#pool.reserve(length)
    if (page < 0) return -1
    this.#reserved = length
    this.#page = page
    return this.#way.ringBytes + page * PAGE
  }
}
