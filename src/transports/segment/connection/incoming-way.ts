import type { Frame } from '../../../core/contracts/index.js'
import { PAGE, type Way } from '../layout.js'
import { LentBlocks } from '../lent-blocks.js'
import { isWanted, RingReader } from '../ring-reader.js'
import { Kind } from '../ring-record.js'
import { SegmentFrame } from '../segment-frame.js'

/** What an {@link IncomingWay} asks of its connection. */
export interface IncomingBell {
  /** The writer waits for room, and there is some. */
  ring(): void
  /** A block was given back, maybe the last that was kept. */
  givenBack(): void
}

/** What the other side writes, lent frame by frame from where it lies. */
export class IncomingWay {
  readonly #way: Way
  readonly #bell: IncomingBell
  readonly #ring: RingReader
  readonly #blocks: LentBlocks
  readonly #frame: SegmentFrame
  /** Units after which the writer hears that they are free. */
  readonly #much: number

  constructor(way: Way, bell: IncomingBell) {
    this.#way = way
    this.#bell = bell
    this.#ring = new RingReader(way)
    this.#blocks = new LentBlocks(way, () => this.#givenBack())
    this.#frame = new SegmentFrame(this.#blocks)
    this.#much = way.ringBytes / 8 / 8
  }

  /** Whether there is something to read. */
  get ready(): boolean {
    return this.#ring.ready
  }

  /** How many frames are kept where they lie. */
  get kept(): number {
    return this.#blocks.kept
  }

  /** The next frame, until {@link done}; undefined when there is none. @throws SignalboxError `PROTOCOL_VIOLATION` */
  next(): Frame | undefined {
    const ring = this.#ring
    if (!ring.next()) return undefined
    const { data, ringBytes } = this.#way
    if (ring.kind === Kind.FRAME) return this.#frame.inRing(data, ring.start, ring.length)
    const { page, length, serial } = ring
    this.#blocks.check(page, length, serial)
    return this.#frame.inPool(data, ringBytes + page * PAGE, length, page, serial)
  }

  /** The loan of what {@link next} returned is over. */
  done(): void {
    this.#frame.over()
    this.#ring.done()
    if (this.#ring.unfreed >= this.#much) this.free()
  }

  /** Tells the writer how much room there is. */
  free(): void {
    if (this.#ring.free()) this.#bell.ring()
  }

  /** Says that we sleep, unless there is something to read. */
  park(): boolean {
    return this.#ring.park()
  }

  /** Says that we are awake. */
  unpark(): void {
    this.#ring.unpark()
  }

  #givenBack(): void {
    if (isWanted(this.#way.words)) this.#bell.ring()
    this.#bell.givenBack()
  }
}
