import { type Observable, Subject } from 'rxjs'
import { type Clock, type Log, SignalboxError, type Timer } from '../../core/contracts/index.js'
import type { SharedMemory } from '../../native/shared-memory.js'
import { EndOfTurn } from '../segment/end-of-turn.js'
import type { Sizes } from '../segment/layout.js'
import { Segments } from '../segment/segments.js'
import { BroadcastWriter, type SlowReaderPolicy } from './broadcast-writer.js'
import type { RingOffer } from './introduction.js'
import { Loan } from './loan.js'
import { PREFIX, type RingMemory, ringMemoryBytes, ringMemoryOf } from './ring-memory.js'

/** What an {@link OwnRing} is made of. */
export interface OwnRingOptions {
  /** How messages call it. */
  readonly name: string
  readonly sizes: Sizes
  readonly slow: SlowReaderPolicy
  /** ms that the policy `block` waits for a reader. */
  readonly patience: number
  readonly clock: Clock
  readonly log: Log
  readonly runtimeFolder: string
}

/** How the writer reaches a reader. */
export interface ReaderLine {
  /** Wakes it. */
  ring(): void
  /** Ends it at once. */
  abort(): void
}

/** The ring that this process writes: its memory, and those who hear it. What is sent is published at the end of the turn. */
export class OwnRing {
  readonly writable$: Observable<void>
  /** Its memory. */
  readonly segment: SharedMemory
  readonly #options: OwnRingOptions
  readonly #segments: Segments
  readonly #memory: RingMemory
  readonly #writer: BroadcastWriter
  readonly #lines = new Map<number, ReaderLine>()
  readonly #writable = new Subject<void>()
  readonly #turn = new EndOfTurn(() => this.publish())
  /** Units after which the readers get something to do without waiting for the end of the turn. */
  readonly #much: number
  #deadline: Timer | undefined
  #closed = false

  /** @throws SignalboxError `LIMIT_EXCEEDED` without room; `TRANSPORT_UNAVAILABLE` where koffi is missing; `SYSTEM` */
  constructor(options: OwnRingOptions) {
    const { sizes, slow, name, log, runtimeFolder } = options
    this.#options = options
    this.#segments = new Segments(runtimeFolder)
    this.segment = this.#segments.create(ringMemoryBytes(sizes))
    this.#memory = ringMemoryOf(this.segment.buffer, sizes)
    this.#writer = new BroadcastWriter(this.#memory, slow, {
      ring: seat => this.#lines.get(seat)?.ring(),
      evicted: seat => log.warn(`${name}: the reader of seat ${seat} was cut off: it was too slow`),
      broken: (seat, why) => {
        log.warn(`${name}: the reader of seat ${seat} was cut off: ${why}`)
        this.#lines.get(seat)?.abort()
      },
    })
    this.writable$ = this.#writable.asObservable()
    this.#much = sizes.ring / 8 / 8
  }

  /** How many readers hear it. */
  get readers(): number {
    return this.#writer.readers
  }

  /** Gives a reader a place; a text says why there is none. */
  join(line: ReaderLine): RingOffer | string {
    const { name, sizes } = this.#options
    const seat = this.#writer.join()
    if (seat === undefined) return `${name} has as many readers as it can`
    this.#lines.set(seat.seat, line)
    return { ...seat, sizes, name: this.segment.name }
  }

  /** A reader is gone. */
  leave(seat: number): void {
    if (!this.#lines.delete(seat) || this.#closed) return
    this.#writer.leave(seat)
    this.lookForRoom()
  }

  /**
   * @param origin which of this process's ends sends it
   * @throws SignalboxError `FRAME_TOO_LARGE`
   */
  send(bytes: Uint8Array, origin: number): 'sent' | 'full' {
    this.#assertFits(bytes.length)
    if (this.#closed) return 'full'
    if (!this.#writer.put(bytes, origin)) return this.#refuse()
    this.#publishSoon()
    return 'sent'
  }

  /** A place in the memory for a message of `length` bytes; undefined without room. @throws SignalboxError `FRAME_TOO_LARGE` */
  loan(length: number, origin: number): Loan | undefined {
    this.#assertFits(length)
    const page = this.#closed ? -1 : this.#writer.takeBlock(length)
    if (page < 0) {
      this.#refuse()
      return undefined
    }
    const start = this.#writer.startOf(page)
    return new Loan(this.#memory.way.data.subarray(start, start + length), {
      publish: bytes => {
        if (this.#closed) return 'full'
        if (!this.#writer.putBlock(page, bytes, origin)) return this.#refuse()
        this.#publishSoon()
        return 'sent'
      },
      putBack: () => {
        if (!this.#closed) this.#writer.putBack(page)
        this.lookForRoom()
      },
    })
  }

  /** Shows the readers what was sent, now. */
  publish(): void {
    if (!this.#closed) this.#writer.publish()
  }

  /** A reader says that it made room, or is gone. */
  lookForRoom(): void {
    if (this.#closed || !this.#writer.refused || !this.#hasRoom()) return
    this.#deadline?.cancel()
    this.#deadline = undefined
    this.#writer.forgetRefusals()
    this.#writable.next()
  }

  /** Lets go of the memory; readers still find there what was sent. Harmless twice. */
  close(): void {
    if (this.#closed) return
    this.#writer.close()
    this.#closed = true
    this.#deadline?.cancel()
    this.#writable.complete()
    this.#segments.unlink(this.segment)
    this.segment.close()
  }

  #publishSoon(): void {
    if (this.#writer.unpublished >= this.#much) this.#writer.publish()
    else this.#turn.soon()
  }

  #refuse(): 'full' {
    const { slow, clock, patience } = this.#options
    if (this.#closed) return 'full'
    this.#writer.publish() // room comes by what is read, and that is published
    if (slow === 'block') this.#deadline ??= clock.after(patience, () => this.#outOfPatience())
    if (this.#hasRoom()) setImmediate(() => this.lookForRoom())
    return 'full'
  }

  /** Asks the readers for room before it looks once more, so that no bell is missed. */
  #hasRoom(): boolean {
    if (this.#writer.hasRoom) return true
    this.#writer.wantRoom()
    return this.#writer.hasRoom
  }

  #outOfPatience(): void {
    this.#deadline = undefined
    if (this.#closed || !this.#writer.refused) return
    while (!this.#writer.hasRoom && this.#writer.evictSlowest());
    this.lookForRoom()
  }

  #assertFits(length: number): void {
    const { name, sizes } = this.#options
    const most = sizes.largest - PREFIX
    if (length <= most) return
    const why = `${name}: a message of ${length} B is over this ring's ${most} B`
    throw new SignalboxError(
      'FRAME_TOO_LARGE',
      `${why}; raise largest, or use a link (it cuts messages into parts)`,
    )
  }
}
