import { SignalboxError } from '../../core/contracts/index.js'
import { type JournalShape, Word64 } from './journal-layout.js'
import { JournalRing, recordBytes } from './journal-ring.js'

/** A record as its consumer gets it. */
export interface JournalRecord {
  /** 1 for the first one of all. What is missing between two was dropped. */
  readonly sequence: number
  /** The reader's own. */
  readonly bytes: Uint8Array
}

/**
 * The reading side of a journal, in whatever memory it is: goes from record to record, and checks each one. One that
 * is overtaken by the writer goes on with the oldest record that there is.
 */
export class JournalCursor {
  readonly #name: string
  readonly #ring: JournalRing
  readonly #words: BigInt64Array
  /** Of the ring. */
  readonly #bytes: number
  #position = 0
  /** How far was written when we looked last. */
  #end = 0

  /** @param name how messages call it */
  constructor(name: string, buffer: ArrayBufferLike, shape: JournalShape) {
    this.#name = name
    this.#bytes = shape.ring
    this.#ring = new JournalRing(buffer, shape)
    this.#words = new BigInt64Array(buffer, 0, Word64.START + 1)
  }

  /** Goes to the record of this number, or the next one that there is. @throws SignalboxError `PROTOCOL_VIOLATION` */
  seek(sequence: number): void {
    this.#position = this.#word(Word64.START)
    this.#look()
    while (this.#position < this.#end && this.#ring.sequenceAt(this.#position) < sequence) {
      const length = this.#ring.lengthAt(this.#position)
      if (this.#word(Word64.START) > this.#position) this.#position = this.#word(Word64.START)
      else if (length > this.#ring.longest) throw this.#damaged()
      else this.#position += recordBytes(length)
    }
  }

  /** The number of the record that is next; undefined when there is none. @throws SignalboxError `PROTOCOL_VIOLATION` */
  get sequence(): number | undefined {
    for (;;) {
      const start = this.#word(Word64.START)
      if (this.#position < start) this.#position = start
      if (!this.#hasMore()) return undefined
      const sequence = this.#ring.sequenceAt(this.#position)
      if (this.#word(Word64.START) <= this.#position) return sequence
    }
  }

  /** The next record; undefined when there is none. @throws SignalboxError `PROTOCOL_VIOLATION` for a damaged one */
  read(): JournalRecord | undefined {
    for (;;) {
      const sequence = this.sequence
      if (sequence === undefined) return undefined
      const bytes = this.#ring.read(this.#position, sequence, this.#end)
      // The writer tells that it takes room back before it writes there: so this was read in time.
      if (this.#word(Word64.START) > this.#position) continue
      if (bytes === undefined) throw this.#damaged()
      this.#position += recordBytes(bytes.length)
      return { sequence, bytes }
    }
  }

  #hasMore(): boolean {
    if (this.#position >= this.#end) this.#look()
    return this.#position < this.#end
  }

  /** Looks how far is written. A number that cannot be would have us read in circles. */
  #look(): void {
    this.#end = this.#word(Word64.TAIL)
    if (this.#end - this.#word(Word64.START) > this.#bytes) throw this.#damaged()
  }

  #word(index: number): number {
    return Number(Atomics.load(this.#words, index))
  }

  #damaged(): SignalboxError {
    return new SignalboxError(
      'PROTOCOL_VIOLATION',
      `${this.#name}: the record at ${this.#position} is damaged, and nothing behind it is read; somebody else has written there, or the disk is faulty`,
    )
  }
}
