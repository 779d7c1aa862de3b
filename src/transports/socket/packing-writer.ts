import { type InPlaceSender, overCommit } from '../../core/contracts/index.js'
import { giveSegment, makeSegment, SEGMENT_BYTES, takeSegment } from './segment-pool.js'

/** Where packed bytes go: what the writer needs of a `net.Socket`. */
export interface ByteSink {
  /**
   * Takes `bytes`, and calls `written` once, asynchronously and in the order of the writes, when the
   * operating system has them. Until then the bytes must not change.
   */
  write(bytes: Uint8Array, written: (error?: Error | null) => void): unknown
  /**
   * Present where the operating system can be asked directly: has it take as many of the first `length` bytes as it
   * does without waiting, and returns how many. Called only while nothing is on its way through `write`.
   */
  writeNow?(bytes: Uint8Array, length: number): number
}

/** What a {@link PackingWriter} needs. */
export interface PackingWriterOptions {
  readonly sink: ByteSink
  /** Called, never from inside a send, when a send that was refused may be tried again. */
  readonly writable: () => void
  /**
   * How many bytes may wait for the operating system before sends are refused. One frame of any size
   * is taken when nothing waits.
   * @default 1 MiB
   */
  readonly highWaterMark?: number
}

const HIGH_WATER_MARK = 1024 * 1024
/** Bytes up to which a write is over at once, and there is nothing that could be packed meanwhile. */
const MOST_NOW = 16 * 1024
/** Bytes of the portion that leaves first, before the turn ends; each of the next ones is twice as large. */
const FIRST_PORTION = 1024
/** Bytes of a turn after which the peer has enough to do without portions of the next one. */
const ENOUGH = 16 * 1024
const NO_SEGMENT = new Uint8Array(0)

/**
 * Packs what is sent within one turn of the event loop into few writes, mostly into one. What a small
 * frame costs is the system call and the wake-up, not its bytes.
 *
 * Frames are copied into a segment. The segment is written when it is full, or at the end of the
 * turn: after all microtasks, so that what a chain of promises sends travels together. The first of
 * many frames leave earlier, in portions that grow: else one of two who ask and answer would always
 * sleep while the other one makes all that it has to say. A peer that is flooded is at work anyway.
 * While the operating system is behind, what comes next collects in the segment, since it could not
 * leave earlier anyway.
 */
export class PackingWriter implements InPlaceSender {
  readonly #sink: ByteSink
  readonly #writable: () => void
  readonly #highWaterMark: number
  /** The segment being filled, its first `#filled` bytes with frames. */
  #segment: Uint8Array | undefined
  #filled = 0
  /** How many of them leave before the turn ends. */
  #portion = FIRST_PORTION
  /** Bytes taken since the last turn ended. */
  #inTurn = 0
  /** Bytes that the caller of `reserve` may still commit. */
  #reserved = 0
  /** Bytes taken that the operating system does not have yet, in segments and in flight. */
  #waiting = 0
  /** Segments that the sink has, in the order of their writes. */
  readonly #inFlight: { readonly segment: Uint8Array; readonly length: number }[] = []
  #flushScheduled = false
  #refused = false
  #closed = false
  #beforeReuse = (): void => {}

  constructor(options: PackingWriterOptions) {
    this.#sink = options.sink
    this.#writable = options.writable
    this.#highWaterMark = options.highWaterMark ?? HIGH_WATER_MARK
  }

  /** Bytes that were taken and that the operating system does not have yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Takes a copy of `frame`, or refuses it: then nothing was taken, and `writable` will be called. */
  send(frame: Uint8Array): 'sent' | 'full' {
    this.#reserved = 0
    const { length } = frame
    if (!this.#admits(length)) return 'full'
    const segment = this.#segment
    if (segment !== undefined && segment.length - this.#filled >= length) {
      segment.set(frame, this.#filled)
      this.#taken(length)
    } else {
      this.#sendInPieces(frame)
    }
    return 'sent'
  }

  /** The segment being filled. */
  get room(): Uint8Array {
    return this.#segment ?? NO_SEGMENT
  }

  /** A place for a frame; the caller writes there and commits within the same turn. */
  reserve(length: number): number {
    this.#reserved = 0
    if (!this.#admits(length)) return -1
    let segment = this.#segment
    if (segment === undefined || segment.length - this.#filled < length) {
      this.#handOver()
      segment = length > SEGMENT_BYTES ? makeSegment(length) : takeSegment()
      this.#segment = segment
    }
    this.#reserved = length
    return this.#filled
  }

  /** @throws SignalboxError `FRAME_TOO_LARGE` for more than is reserved. */
  commit(length: number): void {
    if (length > this.#reserved) throw overCommit(length, this.#reserved)
    this.#reserved = 0
    this.#taken(length)
  }

  beforeReuse(listener: () => void): void {
    this.#beforeReuse = listener
  }

  /** Hands over what was taken, without waiting for the end of the turn. What is behind other bytes stays there. */
  flush(): void {
    if (this.#inFlight.length === 0) this.#handOver()
  }

  /** Hands everything over to the sink now; nothing is taken afterwards. */
  close(): void {
    this.#handOver()
    this.#closed = true
  }

  #admits(length: number): boolean {
    if (this.#closed) return false
    if (this.#waiting === 0 || this.#waiting + length <= this.#highWaterMark) return true
    this.#refused = true
    return false
  }

  #taken(length: number): void {
    if (length === 0) return
    this.#filled += length
    this.#waiting += length
    this.#inTurn += length
    const idle = this.#inFlight.length === 0
    if (idle && !this.#flushScheduled) {
      this.#flushScheduled = true
      queueMicrotask(this.#afterThisMicrotask)
    }
    if (idle && this.#filled >= this.#portion) {
      this.#portion *= 2
      this.#handOver()
    } else if (this.#filled === this.#segment?.length) this.#handOver()
  }

  /** Fills segment after segment: a stream has no boundaries that this could break. */
  #sendInPieces(frame: Uint8Array): void {
    for (let sent = 0; sent < frame.length; ) {
      this.#segment ??= takeSegment()
      const room = Math.min(this.#segment.length - this.#filled, frame.length - sent)
      this.#segment.set(frame.subarray(sent, sent + room), this.#filled)
      sent += room
      this.#taken(room)
    }
  }

  // A tick that is asked for from inside a microtask runs when the queue of microtasks is empty.
  readonly #afterThisMicrotask = (): void => process.nextTick(this.#endOfTurn)

  readonly #endOfTurn = (): void => {
    this.#flushScheduled = false
    this.#portion = this.#inTurn > ENOUGH ? Number.POSITIVE_INFINITY : FIRST_PORTION
    this.#inTurn = 0
    // While writes are in flight, more may be packed: the last of them hands over what there is then.
    if (this.#inFlight.length === 0) this.#handOver()
  }

  #handOver(): void {
    const segment = this.#segment
    if (segment === undefined) return
    this.#beforeReuse()
    const length = this.#filled
    this.#segment = undefined
    this.#filled = 0
    this.#reserved = 0
    const done = this.#writtenNow(segment, length)
    this.#waiting -= done
    if (done === length) {
      giveSegment(segment)
      return
    }
    this.#inFlight.push({ segment, length: length - done })
    const whole = done === 0 && length === segment.length
    this.#sink.write(whole ? segment : segment.subarray(done, length), this.#written)
  }

  /** How many bytes the operating system took at once. Whoever was refused is told by `written`, which is never in a send. */
  #writtenNow(segment: Uint8Array, length: number): number {
    if (length === 0 || length > MOST_NOW || this.#refused || this.#inFlight.length > 0) return 0
    return this.#sink.writeNow?.(segment, length) ?? 0
  }

  readonly #written = (error?: Error | null): void => {
    const oldest = this.#inFlight.shift()
    if (oldest === undefined) return
    this.#waiting -= oldest.length
    // After an error the operating system may still be reading the segment: leave it to the collector.
    if (error) return
    giveSegment(oldest.segment)
    if (this.#inFlight.length === 0 && !this.#flushScheduled) this.#handOver()
    if (this.#refused && this.#waiting <= this.#highWaterMark / 2) {
      this.#refused = false
      this.#writable()
    }
  }
}
