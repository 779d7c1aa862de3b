import type { Socket } from 'node:net'
import { type Observable, Subject } from 'rxjs'
import {
  type Clock,
  type CloseReason,
  type Connection,
  type FrameSink,
  type InPlaceSender,
  type Limits,
  type PeerIdentity,
  type SignalboxError,
} from '../../core/contracts/index.js'
import { PackingWriter } from './packing-writer.js'
import { socketFault } from './socket-fault.js'
import { SocketReader } from './socket-reader.js'
import { socketSink } from './socket-sink.js'

/** Options of {@link SocketConnection}. */
export interface SocketConnectionOptions {
  readonly remote: PeerIdentity
  /** How messages call this connection. @default 'socket' */
  readonly name?: string
  /**
   * Bytes that may wait for the operating system before `send` says `full`.
   * @default 1 MiB
   */
  readonly highWaterMark?: number
  /** Whether anything can be sent; where not, `send` says `full`. @default true */
  readonly sends?: boolean
  /** Bounds the wait for a peer that does not end its side after we ended ours. @default the machine's clock */
  readonly clock?: Pick<Clock, 'after'>
}

/** How long, in ms and without progress, an ended connection waits for the peer to end its side too. */
const LINGER = 2000

/** A stream takes frames of any size. */
const NO_LIMITS: Limits = Object.freeze({ maxFrame: Number.POSITIVE_INFINITY })

const machineClock: Pick<Clock, 'after'> = {
  after(ms, run) {
    const timer = setTimeout(run, ms).unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/**
 * A connected stream socket as a {@link Connection}; it owns the socket from here on. Boundaries
 * are `stream`: what was sent arrives in order, in pieces of any size, and an empty frame not at all.
 *
 * The sink runs inside the socket's own event and may call everything here: after `pause` or
 * `close` it gets nothing more, and what it sends leaves when its turn ends, or before.
 *
 * `close` ends our side and waits for the peer's end, discarding what still comes: a socket that
 * is dropped with unread bytes resets the connection, and the peer could lose what we sent last.
 * It waits as long as the peer does not read; `abort` does not. A process that exits in the very
 * turn of a `send`, without `close`, takes frames of that turn with it.
 */
export class SocketConnection implements Connection {
  readonly remote: PeerIdentity
  readonly limits = NO_LIMITS
  readonly closed: Promise<CloseReason>
  readonly writable$: Observable<void>
  readonly inPlace?: InPlaceSender
  readonly #socket: Socket
  readonly #name: string
  readonly #clock: Pick<Clock, 'after'>
  readonly #writer: PackingWriter
  readonly #sends: boolean
  readonly #reader: SocketReader
  readonly #writable = new Subject<void>()
  /** Why the connection is ending; undefined while it is open. */
  #reason: CloseReason | undefined

  /** @param socket connected, and not ended by the peer yet. */
  constructor(socket: Socket, options: SocketConnectionOptions) {
    this.remote = options.remote
    this.#socket = socket
    this.#name = options.name ?? 'socket'
    this.#clock = options.clock ?? machineClock
    this.writable$ = this.#writable.asObservable()
    this.#writer = new PackingWriter({
      sink: socketSink(socket),
      writable: () => this.#writable.next(),
      ...(options.highWaterMark === undefined ? {} : { highWaterMark: options.highWaterMark }),
    })
    this.#sends = options.sends ?? true
    if (this.#sends) this.inPlace = this.#writer
    // Else node refuses every write from the moment the peer ended its side, also of what was sent before.
    socket.allowHalfOpen = true
    socket.on('error', error => this.#broke(error))
    socket.on('end', () => this.#peerEnded())
    this.closed = new Promise(resolve => {
      socket.once('close', () => {
        this.#stop()
        resolve(this.#reason ?? { by: 'us' })
      })
    })
    this.#reader = new SocketReader(socket, this.#name)
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    return this.#sends ? this.#writer.send(frame) : 'full'
  }

  flush(): void {
    this.#writer.flush()
  }

  receive(sink: FrameSink): void {
    this.#reader.receive(sink)
  }

  pause(): void {
    this.#reader.pause()
  }

  resume(): void {
    this.#reader.resume()
  }

  async close(): Promise<void> {
    if (this.#reason === undefined) {
      this.#reason = { by: 'us' }
      this.#socket.once('finish', () => this.#boundTheWait())
      this.#endOurSide()
      this.#reader.discard()
    }
    await this.closed
  }

  abort(error?: SignalboxError): void {
    if (this.#socket.closed) return
    this.#reason = error === undefined ? { by: 'us' } : { by: 'fault', error }
    this.#stop()
    this.#socket.destroy()
  }

  #peerEnded(): void {
    if (this.#reason !== undefined) return
    this.#reason = { by: 'peer' }
    // It may have ended only its sending side, and may still want what was sent before.
    this.#endOurSide()
    this.#boundTheWait()
  }

  #broke(error: Error): void {
    const everythingLeft = this.#reason?.by === 'us' && this.#socket.writableFinished
    if (this.#reason?.by === 'peer' || this.#reason?.by === 'fault' || everythingLeft) return
    this.#reason = { by: 'fault', error: socketFault(this.#name, error) }
  }

  #endOurSide(): void {
    this.#stop()
    this.#socket.end()
  }

  /** Takes nothing more; what was taken goes to the socket. */
  #stop(): void {
    this.#writer.close()
    this.#writable.complete()
  }

  #boundTheWait(): void {
    const left = this.#socket.writableLength
    const timer = this.#clock.after(LINGER, () => {
      if (this.#socket.writableLength < left) this.#boundTheWait()
      else this.#socket.destroy()
    })
    void this.closed.then(() => timer.cancel())
  }
}
