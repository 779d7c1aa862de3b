import { SignalboxError } from '../../core/contracts/index.js'
import { type JournalShape, Word64 } from './journal-layout.js'
import { JournalPlaces } from './journal-places.js'
import { JournalRing, recordBytes } from './journal-ring.js'

/**
 * The writing side of a journal, in whatever memory it is. There is one at a time, and {@link recover} comes first. A
 * record is written first and published afterwards, by one word: whoever is killed in between has written nothing. The
 * room of old records is taken back by one word, too, before it is written to.
 */
export class JournalLog {
  readonly places: JournalPlaces
  /** Bytes of the longest record. */
  readonly longest: number
  readonly #name: string
  readonly #shape: JournalShape
  readonly #ring: JournalRing
  readonly #words: BigInt64Array

  #tail = 0
  #start = 0
  /** The number of the record at `#start`, and of the one that is appended next. */
  #first = 1
  #next = 1
  #era = 0
  /** From where on the ring must not be written to, and the newest record that must stay, for the machine's end. */
  #reusable = 0
  #durable = 0

  /** @param name how messages call it */
  constructor(name: string, buffer: ArrayBufferLike, shape: JournalShape) {
    this.#name = name
    this.#shape = shape
    this.#ring = new JournalRing(buffer, shape)
    this.#words = new BigInt64Array(buffer, 0, Word64.ERA + 1)
    this.places = new JournalPlaces(buffer, shape)
    this.longest = this.#ring.longest
  }

  /**
   * Begins to write: finds out where the whole records end. What follows there, down to where was written, is torn, and
   * is cut off.
   * @returns whether the file must be flushed before anything is appended: the disk must not know of what was cut off, and
   * where the journal survives the machine, it must know what is here
   */
  recover(): boolean {
    const start = this.#word(Word64.START)
    const written = this.#word(Word64.TAIL)
    // Only the end of a machine can leave the two in the wrong order, or further apart than the ring is long.
    const isPlausible = start <= written && written - start <= this.#shape.ring
    const end = isPlausible ? written : start + this.#shape.ring
    this.#start = this.#tail = start
    this.#first = this.#next = this.#ring.sequenceAt(start)
    let era = 0
    while (this.#ring.read(this.#tail, this.#next, end) !== undefined) {
      // What was behind something that was cut off may still be whole, and in the place of the next record.
      if (this.#ring.eraAt(this.#tail) < era) break
      era = this.#ring.eraAt(this.#tail)
      this.#tail += recordBytes(this.#ring.lengthAt(this.#tail))
      this.#next += 1
    }
    // Without records no consumer must take a new one for one that it has read.
    if (this.#tail === start) this.#first = this.#next = this.places.greatest()
    this.#reusable = start
    this.#durable = this.#next - 1
    for (const [place] of this.places.taken()) {
      if (this.places.nextOf(place) > this.#next) this.places.setNext(place, this.#next)
    }
    this.#era = this.#word(Word64.ERA)
    if (this.#tail === written) return this.#shape.survives === 'machine'
    this.#era += 1
    this.#setWord(Word64.ERA, this.#era)
    this.#setWord(Word64.TAIL, this.#tail)
    return true
  }

  /**
   * Appends a record, which survives this process from here on. Returns its number; `full`: nothing was taken.
   * @throws SignalboxError `FRAME_TOO_LARGE`
   */
  append(bytes: Uint8Array): number | 'full' {
    if (bytes.length > this.longest) {
      throw new SignalboxError(
        'FRAME_TOO_LARGE',
        `${this.#name}: a record of ${bytes.length} B is over its ${this.longest} B; make a journal with more bytes`,
      )
    }
    const needed = recordBytes(bytes.length)
    if (this.#free < needed) {
      this.makeRoom(needed)
      if (this.#free < needed) return 'full'
    }
    const sequence = this.#next
    this.#ring.write(this.#tail, sequence, this.#era, bytes)
    this.#tail += needed
    this.#next += 1
    this.#setWord(Word64.TAIL, this.#tail)
    return sequence
  }

  /** Whether a record of `length` bytes could be appended now. */
  hasRoom(length: number): boolean {
    const needed = recordBytes(length)
    if (this.#free < needed) this.makeRoom(needed)
    return this.#free >= needed
  }

  /**
   * Takes back old records until there are so many bytes: those that all consumers have read, or, where the journal drops,
   * the oldest ones; never the newest of all, which tells the numbers.
   */
  makeRoom(needed: number): void {
    const { overflow, survives, ring } = this.#shape
    const readByAll = overflow === 'block' ? (this.places.least() ?? 0) : this.#next
    const kept = survives === 'machine' ? this.#durable : this.#next - 1
    const end = Math.min(readByAll, kept)
    while (this.#first < end && ring - (this.#tail - this.#start) < needed) {
      this.#start += recordBytes(this.#ring.lengthAt(this.#start))
      this.#first += 1
    }
    if (survives === 'process') this.#reusable = this.#start
    this.#setWord(Word64.START, this.#start)
  }

  /** Whether a flush may make room. */
  get needsFlush(): boolean {
    const { survives } = this.#shape
    return survives === 'machine' && (this.#reusable < this.#start || this.#durable < this.#next - 1)
  }

  /**
   * To be called before the file is flushed.
   * @returns what to call when it was: the room that was taken back may be used, and what was appended is safe
   */
  beforeFlush(): () => void {
    const [start, last] = [this.#start, this.#next - 1]
    return () => {
      this.#reusable = Math.max(this.#reusable, start)
      this.#durable = Math.max(this.#durable, last)
    }
  }

  get #free(): number {
    return this.#shape.ring - (this.#tail - this.#reusable)
  }

  #word(index: number): number {
    return Number(Atomics.load(this.#words, index))
  }

  #setWord(index: number, value: number): void {
    Atomics.store(this.#words, index, BigInt(value))
  }
}
