import type { Observable } from 'rxjs'
import type {
  Clock,
  CloseReason,
  Connection,
  FrameSink,
  Limits,
  PeerIdentity,
  SignalboxError,
} from '../../core/contracts/index.js'
import type { Boundaries } from '../../core/link/index.js'
import { fragmented, LARGEST_FRAGMENTED, reliable } from '../../core/tracks/index.js'
import type { FrameWatch, ScriptedConnection } from './scripted-connection.js'

/** One end of a scripted track as its node gets it: with everything added that its kind lacks. */
export class SimulatedTrack {
  readonly connection: Connection
  readonly boundaries: Boundaries
  readonly #watched: { watch: FrameWatch | undefined }

  constructor(
    readonly raw: ScriptedConnection,
    clock: Clock,
  ) {
    this.boundaries = raw.kind === 'stream' ? 'stream' : 'message'
    if (raw.kind === 'lossy') {
      const repaired = new WatchedConnection(repairedOf(raw, clock))
      this.connection = repaired
      this.#watched = repaired
    } else {
      this.connection = raw
      this.#watched = raw
    }
  }

  /** Looks at the frames of the link, whatever they travel in. */
  set watch(watch: FrameWatch | undefined) {
    this.#watched.watch = watch
  }
}

/** Packets are too small to speak in, and get lost: see `completed` in core/tracks. */
function repairedOf(raw: ScriptedConnection, clock: Clock): Connection {
  const ordered = reliable(raw, clock)
  return raw.limits.maxFrame < LARGEST_FRAGMENTED ? fragmented(ordered) : ordered
}

/** A connection whose frames are looked at. */
class WatchedConnection implements Connection {
  watch: FrameWatch | undefined

  constructor(private readonly connection: Connection) {}

  send(frame: Uint8Array): 'sent' | 'full' {
    const answer = this.connection.send(frame)
    if (answer === 'sent') this.watch?.('sent', frame)
    return answer
  }

  receive(sink: FrameSink): void {
    this.connection.receive(frame => {
      this.watch?.('arrived', frame.bytes)
      sink(frame)
    })
  }

  pause(): void {
    this.connection.pause()
  }

  resume(): void {
    this.connection.resume()
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  abort(error?: SignalboxError): void {
    this.connection.abort(error)
  }

  get writable$(): Observable<void> {
    return this.connection.writable$
  }

  get closed(): Promise<CloseReason> {
    return this.connection.closed
  }

  get remote(): PeerIdentity {
    return this.connection.remote
  }

  get limits(): Limits {
    return this.connection.limits
  }
}
