import type { Observable } from 'rxjs'
import {
  type CloseReason,
  type Connection,
  type FrameSink,
  LentFrame,
  type Limits,
  type PeerIdentity,
  SignalboxError,
} from '../contracts/index.js'
import { StreamTrack } from './stream-track.js'

/** Options of {@link framed}. */
export interface FramedOptions {
  /** Bytes of the largest frame, in both directions. A receiver never holds more than that. @default 1 MiB */
  readonly maxFrame?: number
}

const MIB = 1024 * 1024

/**
 * Frames over a connection that delivers bytes in pieces of any size, for a peer that knows nothing of Signalbox: before each
 * frame stands its length, 32 bits, little endian, not counting itself. It is how links put theirs into streams, without a link.
 *
 * A length over `maxFrame` ends the connection with `PROTOCOL_VIOLATION` before anything is allocated for it. When the peer ends in
 * the middle of a frame, that frame is dropped, and `closed` says so with `CLOSED`.
 * @param connection whose only user it is from now on
 * @example
 * const pricer = framed(await tcp().connect(parseAddress('tcp://127.0.0.1:7000'), context))
 * pricer.receive(({ bytes }) => console.log(Buffer.from(bytes).toString()))
 * pricer.send(Buffer.from('one coffee'))
 */
export function framed(connection: Connection, { maxFrame = MIB }: FramedOptions = {}): Connection {
  return new FramedConnection(connection, maxFrame)
}

class FramedConnection implements Connection {
  readonly limits: Limits
  readonly closed: Promise<CloseReason>
  readonly #connection: Connection
  readonly #track: StreamTrack
  readonly #frame = new LentFrame()
  /** What came in the same piece as the frame at which we closed is nobody's any more. */
  #over = false

  constructor(connection: Connection, maxFrame: number) {
    this.#connection = connection
    this.#track = new StreamTrack(connection)
    this.#track.expect(maxFrame)
    this.#track.onViolation(({ message }) => {
      const why = `${message}; raise maxFrame, or have the peer send less at once`
      this.abort(new SignalboxError('PROTOCOL_VIOLATION', why))
    })
    this.limits = Object.freeze({ maxFrame: Math.min(maxFrame, this.#track.maxFrame) })
    this.closed = connection.closed.then(reason =>
      reason.by === 'peer' && this.#track.unfinished ? { by: 'fault', error: cutOff() } : reason,
    )
  }

  get remote(): PeerIdentity {
    return this.#connection.remote
  }

  get writable$(): Observable<void> {
    return this.#connection.writable$
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    const { maxFrame } = this.limits
    if (frame.length > maxFrame) {
      const why = `a frame of ${frame.length} B is over the ${maxFrame} B of this connection; cut it, or raise maxFrame on both sides`
      throw new SignalboxError('FRAME_TOO_LARGE', why)
    }
    const room = this.#track.reserve(frame.length)
    if (room === undefined) return 'full'
    room.raw(frame)
    return this.#track.commit() ? 'sent' : 'full'
  }

  receive(sink: FrameSink): void {
    this.#track.receive(frame => {
      if (this.#over) return
      const bytes = frame.rest()
      sink(this.#frame.reset(bytes, 0, bytes.length, false))
    })
  }

  pause(): void {
    this.#connection.pause()
  }

  resume(): void {
    this.#connection.resume()
  }

  flush(): void {
    this.#connection.flush?.()
  }

  close(): Promise<void> {
    this.#over = true
    return this.#connection.close()
  }

  abort(error?: SignalboxError): void {
    this.#over = true
    this.#connection.abort(error)
  }
}

function cutOff(): SignalboxError {
  return new SignalboxError('CLOSED', 'the peer ended in the middle of a frame, which was dropped')
}
