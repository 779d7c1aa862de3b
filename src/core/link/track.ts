import type { Observable } from 'rxjs'
import type { CloseReason, Connection, PeerIdentity, SignalboxError } from '../contracts/index.js'

/**
 * A connection as the link wants it: whole frames in, whole frames out, written in place.
 * {@link StreamTrack} and {@link MessageTrack} make one of any connection.
 */
export interface Track {
  /** Room for a frame of exactly `length` bytes, or undefined when the track is full. */
  reserve(length: number): Uint8Array | undefined
  /** Sends what was reserved last. False where the connection would not take it after all: it is as if never reserved. */
  commit(): boolean
  readonly writable$: Observable<void>
  /** One sink; its bytes are valid until it returns. */
  receive(sink: (frame: Uint8Array) => void): void
  /** The largest frame that the peer may send; more is cut off. Grows once the peer is authenticated. */
  expect(largest: number): void
  /** The largest frame that can be sent. */
  readonly maxFrame: number
  readonly remote: PeerIdentity
  readonly closed: Promise<CloseReason>
  close(): Promise<void>
  abort(error?: SignalboxError): void
}

/** The parts of {@link Track} that are the connection's own. */
export abstract class ConnectionTrack implements Track {
  protected largest = 0

  constructor(protected readonly connection: Connection) {}

  abstract reserve(length: number): Uint8Array | undefined
  abstract commit(): boolean
  abstract receive(sink: (frame: Uint8Array) => void): void
  abstract get maxFrame(): number

  expect(largest: number): void {
    this.largest = largest
  }

  get writable$(): Observable<void> {
    return this.connection.writable$
  }

  get remote(): PeerIdentity {
    return this.connection.remote
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
}
