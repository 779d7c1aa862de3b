import { brokenRule } from '../segment/broken-rule.js'
import { PAGE } from '../segment/layout.js'
import { RingReader } from '../segment/ring-reader.js'
import { Kind, MOST_INLINE } from '../segment/ring-record.js'
import { BroadcastMessage } from './broadcast-message.js'
import type { Seat } from './broadcast-writer.js'
import { HeldBlocks } from './held-blocks.js'
import { PREFIX, type RingMemory, RingWord, SeatWord, seatAt } from './ring-memory.js'

/** What a {@link BroadcastReader} asks of whoever it reads for. */
export interface ReaderBell {
  /** The writer waits for room, and there is some. */
  ring(): void
  /** A block was given back, maybe the last that was kept. */
  givenBack(): void
}

/**
 * One of the readers of a ring. The writer may take its next message away at any moment: so a small message is copied
 * first, and is this reader's when it could move its place over it, which only one of the two can; a large one is not
 * touched before that. Nothing that it reads is trusted.
 */
export class BroadcastReader {
  /** Which of the writer's ends sent the message of {@link next}. */
  origin = 0
  readonly #memory: RingMemory
  readonly #ring: RingReader
  readonly #blocks: HeldBlocks
  readonly #message: BroadcastMessage
  /** What small messages are copied into. */
  readonly #copy = new Uint8Array(MOST_INLINE)
  /** The words of this reader, as indices. */
  readonly #at: number
  #expected: number

  constructor(
    memory: RingMemory,
    { seat, position, sequence }: Seat,
    private readonly bell: ReaderBell,
  ) {
    this.#memory = memory
    this.#ring = new RingReader(memory.way, position)
    this.#blocks = new HeldBlocks(memory, seat, () => this.#givenBack())
    this.#message = new BroadcastMessage(this.#blocks)
    this.#at = seatAt(seat)
    this.#expected = sequence
  }

  /** How many messages are kept where they lie. */
  get kept(): number {
    return this.#blocks.kept
  }

  /** Whether the writer cut this reader off. */
  get evicted(): boolean {
    return Atomics.load(this.#memory.seats, this.#at + SeatWord.EVICTED) !== 0
  }

  /** Whether the writer closed the ring; what it published before is there. */
  get closed(): boolean {
    return Atomics.load(this.#memory.way.words, RingWord.CLOSED) !== 0
  }

  /** Whether there is something to learn. */
  get ready(): boolean {
    return this.#ring.ready || this.evicted
  }

  /** The next message, until {@link done}; undefined when there is none. @throws SignalboxError `PROTOCOL_VIOLATION` */
  next(): BroadcastMessage | undefined {
    const { seats } = this.#memory
    while (!this.evicted) {
      const from = Atomics.load(seats, this.#at + SeatWord.POSITION)
      if (from !== this.#ring.position) this.#ring.moveTo(from)
      const found = this.#looks(from)
      if (found === 'nothing') return undefined
      if (found === 'taken away') continue
      const { position, kind, length, page } = this.#ring
      if (Atomics.compareExchange(seats, this.#at + SeatWord.POSITION, from, position) !== from) continue
      this.#ring.moveTo(position)
      return kind === Kind.FRAME ? this.#shownCopy(length) : this.#shownBlock(page, length)
    }
    return undefined
  }

  /** The loan of what {@link next} returned is over. */
  done(): void {
    this.#message.over()
  }

  /** Rings the writer's bell if it waits for room: after a batch, so that it is not woken for a few messages. */
  free(): void {
    const at = this.#at + SeatWord.WANTED
    const { seats } = this.#memory
    if (Atomics.load(seats, at) !== 0 && Atomics.exchange(seats, at, 0) !== 0) this.bell.ring()
  }

  /** Says that we sleep, unless there is something to learn. */
  park(): boolean {
    Atomics.store(this.#memory.seats, this.#at + SeatWord.PARKED, 1)
    if (!this.ready && !this.closed) return true
    this.unpark()
    return false
  }

  /** Says that we are awake. */
  unpark(): void {
    Atomics.store(this.#memory.seats, this.#at + SeatWord.PARKED, 0)
  }

  /** Looks at the next record; a small one is copied. What looks impossible may have been overwritten meanwhile. */
  #looks(from: number): 'something' | 'nothing' | 'taken away' {
    try {
      if (!this.#ring.next()) return 'nothing'
    } catch (error) {
      if (this.evicted || Atomics.load(this.#memory.seats, this.#at + SeatWord.POSITION) !== from) {
        return 'taken away'
      }
      throw error
    }
    const { kind, start, length } = this.#ring
    if (kind === Kind.FRAME) copyBytes(this.#copy, this.#memory.way.data, start, length)
    return 'something'
  }

  #shownCopy(length: number): BroadcastMessage {
    if (length < PREFIX) throw brokenRule(`a message of ${length} B, without its number`)
    this.#count(int32At(this.#copy, 0), int32At(this.#copy, 4))
    return this.#message.inRing(this.#copy, PREFIX, length - PREFIX)
  }

  #shownBlock(page: number, length: number): BroadcastMessage {
    this.#blocks.check(page, length)
    const { way, prefixes } = this.#memory
    const start = way.ringBytes + page * PAGE
    this.#count(prefixes[start >> 2] ?? 0, prefixes[(start >> 2) + 1] ?? 0)
    return this.#message.inPool(way.data, start + PREFIX, length - PREFIX, page, 0)
  }

  #count(sequence: number, origin: number): void {
    const lost = (sequence - this.#expected) | 0
    if (lost < 0) throw brokenRule(`message ${sequence} after ${(this.#expected - 1) | 0}`)
    this.#message.lost = lost
    this.#expected = (sequence + 1) | 0
    this.origin = origin
  }

  #givenBack(): void {
    this.free()
    this.bell.givenBack()
  }
}

/** `set` of a view costs more than a short message itself. */
function copyBytes(target: Uint8Array, source: Uint8Array, start: number, length: number): void {
  if (length > 64) target.set(source.subarray(start, start + length))
  else for (let at = 0; at < length; at++) target[at] = source[start + at] ?? 0
}

const int32At = (bytes: Uint8Array, at: number) =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
