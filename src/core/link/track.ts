import type { Observable } from 'rxjs'
import type {
  CloseReason,
  Connection,
  InPlaceSender,
  PeerIdentity,
  SignalboxError,
} from '../contracts/index.js'
import { ByteReader } from './byte-reader.js'
import { FrameRoom } from './frame-room.js'
import { violation } from './violation.js'
import type { Way } from './way.js'

/**
 * A connection as the link wants it: whole frames in, whole frames out, written in place.
 * {@link StreamTrack} and {@link MessageTrack} make one of any connection.
 */
export interface Track {
  /** Room for a frame of up to `length` bytes, until the next call; undefined when the track is full. */
  reserve(length: number): FrameRoom | undefined
  /**
   * Sends what was written into the room that was reserved last. False where the connection would not take it after
   * all: it is as if never reserved.
   */
  commit(): boolean
  /**
   * Whether frames stay in their room, each behind its length as in a stream, until `listener` was called; else one is gone
   * when `commit` returns.
   */
  keepsUntil(listener: () => void): boolean
  readonly writable$: Observable<void>
  /** One sink; the frame and its bytes are valid until it returns. */
  receive(sink: TrackSink): void
  /** The largest frame that the peer may send; after a larger one nothing is read. Grows once the peer is authenticated. */
  expect(largest: number): void
  /** Has somebody told of a frame that is too large. @default it ends the track */
  onViolation(listener: (error: SignalboxError) => void): void
  /** The largest frame that can be sent. */
  readonly maxFrame: number
  readonly remote: PeerIdentity
  /** What it runs over; undefined where nobody said so. */
  readonly way: Way | undefined
  /** Whether it holds the frames that the peer did not take: then nobody needs copies of them. */
  readonly holds: boolean
  /** The frames that it holds, oldest first, each lent until the next one; see {@link Connection.untaken}. */
  untaken(): Iterable<Uint8Array>
  readonly closed: Promise<CloseReason>
  close(): Promise<void>
  abort(error?: SignalboxError): void
}

/** Receives the frames of a track. It must not throw. */
export type TrackSink = (frame: ByteReader) => void

/** The same bytes in a form whose `slice` copies, whatever the connection lends: a Buffer's is a view of it. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return Buffer.isBuffer(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes
}

/**
 * Bytes of the largest frame on `track` between two sides that agreed on `agreed` at most. Where the track itself holds
 * its frames, they lie in memory that is there anyway: nobody needs any more for them, and the track alone limits them.
 */
export function largestFrame(track: Pick<Track, 'holds' | 'maxFrame'>, agreed: number): number {
  return track.holds ? track.maxFrame : agreed
}

/** Bytes that a frame is put together in, at least. */
const SCRATCH = 4096

/** The parts of {@link Track} that do not depend on boundaries. */
export abstract class ConnectionTrack implements Track {
  readonly #room = new FrameRoom()
  readonly #frame = new ByteReader(new Uint8Array())
  #largest = 0
  /** What comes behind a frame that was not read means nothing. */
  #deaf = false
  #violated = (error: SignalboxError): void => this.abort(error)
  #scratch = new Uint8Array()
  /** What the frame that was reserved last lies in, its header included, and where it begins. */
  #bytes = this.#scratch
  #start = 0
  protected readonly inPlace: InPlaceSender | undefined

  /** @param header bytes in front of each frame; see {@link putHeader} */
  constructor(
    protected readonly connection: Connection,
    private readonly header: number,
    readonly way: Way | undefined,
  ) {
    this.inPlace = connection.inPlace
  }

  abstract receive(sink: TrackSink): void

  /** Writes at `at` what stands in front of a frame of `length` bytes. */
  protected abstract putHeader(into: Uint8Array, at: number, length: number): void

  reserve(length: number): FrameRoom | undefined {
    const whole = this.header + length
    const inPlace = this.inPlace
    const start = inPlace === undefined ? 0 : inPlace.reserve(whole)
    if (start < 0) return undefined
    const bytes = inPlace === undefined ? this.#scratchOf(whole) : inPlace.room
    this.#bytes = bytes as Uint8Array<ArrayBuffer>
    this.#start = start
    return this.#room.reset(bytes, start + this.header, start + whole)
  }

  commit(): boolean {
    const { length } = this.#room
    const whole = this.header + length
    this.putHeader(this.#bytes, this.#start, length)
    if (this.inPlace === undefined) return this.connection.send(this.#bytes.subarray(0, whole)) === 'sent'
    this.inPlace.commit(whole)
    return true
  }

  keepsUntil(_listener: () => void): boolean {
    return false
  }

  expect(largest: number): void {
    this.#largest = largest
  }

  onViolation(listener: (error: SignalboxError) => void): void {
    this.#violated = listener
  }

  get maxFrame(): number {
    return this.connection.limits.maxFrame - this.header
  }

  get writable$(): Observable<void> {
    return this.connection.writable$
  }

  get remote(): PeerIdentity {
    return this.connection.remote
  }

  get holds(): boolean {
    return this.connection.untaken !== undefined
  }

  *untaken(): Iterable<Uint8Array> {
    for (const frame of this.connection.untaken?.() ?? []) yield frame.subarray(this.header)
  }

  get closed(): Promise<CloseReason> {
    return this.connection.closed
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  abort(error?: SignalboxError): void {
    this.connection.abort(error)
  }

  /** Lends the frame from `start` to `end`. */
  protected lend(sink: TrackSink, bytes: Uint8Array, start: number, end: number): void {
    sink(this.#frame.reset(bytes, start, end))
  }

  /** Whether a frame of `length` bytes may come; if not, nothing may any more. */
  protected allows(length: number): boolean {
    if (this.#deaf) return false
    if (length <= this.#largest) return true
    this.#deaf = true
    this.#violated(violation(`a frame of ${length} B is over the ${this.#largest} B allowed now`))
    return false
  }

  #scratchOf(whole: number): Uint8Array {
    if (whole > this.#scratch.length) this.#scratch = new Uint8Array(Math.max(whole, SCRATCH))
    return this.#scratch
  }
}
