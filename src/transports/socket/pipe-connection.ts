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
  SignalboxError,
} from '../../core/contracts/index.js'
import { PackingWriter } from './packing-writer.js'
import { socketFault } from './socket-fault.js'
import { SocketReader } from './socket-reader.js'
import { socketSink } from './socket-sink.js'

/** What a {@link PipeConnection} needs beside its streams. */
export interface PipeConnectionOptions {
  /** How messages call this connection. */
  readonly name: string
  /** @default nobody says who it is */
  readonly remote?: PeerIdentity
  /** Bounds the wait for a peer that does not read what was sent before `close`. */
  readonly clock: Pick<Clock, 'after'>
}

/** How long, in ms and without progress, a closed connection waits for the peer to take what was sent. */
const LINGER = 2000

const NO_LIMITS: Limits = Object.freeze({ maxFrame: Number.POSITIVE_INFINITY })
const NOBODY: PeerIdentity = Object.freeze({ pid: undefined, user: Object.freeze({ by: 'none' }) })

/**
 * Two pipes, one each way, as a connection; or one of them, and then it goes one way. The end of the incoming one is the
 * peer's end. Who has only an outgoing one hears of the peer's end when it next sends: an idle write end tells
 * nobody, on no system.
 */
export class PipeConnection implements Connection {
  readonly remote: PeerIdentity
  readonly limits = NO_LIMITS
  readonly closed: Promise<CloseReason>
  readonly writable$: Observable<void>
  readonly inPlace?: InPlaceSender
  readonly #options: PipeConnectionOptions
  readonly #incoming: Socket | undefined
  readonly #outgoing: Socket | undefined
  readonly #writer: PackingWriter | undefined
  readonly #reader: SocketReader
  readonly #writable = new Subject<void>()
  /** Why nothing can be sent any more, while there is still something to read. */
  #broken: SignalboxError | undefined
  /** Why the connection is ending; undefined while it is open. */
  #reason: CloseReason | undefined

  /**
   * It owns the streams from here on.
   * @param incoming what it reads from
   * @param outgoing what it writes to
   */
  constructor(incoming: Socket | undefined, outgoing: Socket | undefined, options: PipeConnectionOptions) {
    this.remote = options.remote ?? NOBODY
    this.#options = options
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.writable$ = this.#writable.asObservable()
    if (outgoing !== undefined) {
      const writable = () => this.#writable.next()
      this.#writer = new PackingWriter({ sink: socketSink(outgoing), writable })
      this.inPlace = this.#writer
      outgoing.on('error', error => this.#readerGone(error))
    }
    incoming?.on('end', () => this.#peerEnded())
    incoming?.on('error', error => this.#broke(error))
    this.closed = Promise.all([closeOf(incoming), closeOf(outgoing)]).then(() => {
      this.#stop()
      return this.#reason ?? { by: 'us' }
    })
    this.#reader = new SocketReader(incoming, options.name)
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    return this.#writer?.send(frame) ?? 'full'
  }

  flush(): void {
    this.#writer?.flush()
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

  /** What was sent stays in the pipe: the peer gets it, and then the end, also when this process is gone by then. */
  async close(): Promise<void> {
    if (this.#reason === undefined) {
      this.#reason = { by: 'us' }
      this.#endReading()
      this.#endOurSide()
    }
    await this.closed
  }

  abort(error?: SignalboxError): void {
    this.#end(error === undefined ? { by: 'us' } : { by: 'fault', error })
  }

  #peerEnded(): void {
    if (this.#reason !== undefined) return
    this.#reason = this.#broken === undefined ? { by: 'peer' } : { by: 'fault', error: this.#broken }
    // It may have ended only its sending side, and may still want what was sent before.
    this.#endOurSide()
  }

  /** Nobody will read what is sent; but what the peer had sent before may still be on its way. */
  #readerGone(error: Error): void {
    if (this.#reason !== undefined) return
    this.#broken = socketFault(this.#options.name, error)
    this.#stop()
    if (this.#incoming === undefined) this.#end({ by: 'fault', error: this.#broken })
  }

  #broke(error: Error): void {
    this.#end({ by: 'fault', error: socketFault(this.#options.name, error) })
  }

  #end(reason: CloseReason): void {
    this.#reason ??= reason
    this.#stop()
    this.#endReading()
    this.#outgoing?.destroy()
  }

  #endReading(): void {
    this.#reader.discard() // a stream that is destroyed may still emit what it has
    this.#incoming?.destroy()
  }

  /** Takes nothing more, and lets go of the pipe when everything that was taken is in it. */
  #endOurSide(): void {
    this.#stop()
    const outgoing = this.#outgoing
    if (outgoing === undefined || outgoing.destroyed) return
    outgoing.end(() => outgoing.destroy())
    this.#boundTheWait(outgoing)
  }

  /** Takes nothing more; what was taken goes to the pipe. */
  #stop(): void {
    this.#writer?.close()
    this.#writable.complete()
  }

  #boundTheWait(outgoing: Socket): void {
    const left = outgoing.writableLength
    const timer = this.#options.clock.after(LINGER, () => {
      if (outgoing.writableLength < left) this.#boundTheWait(outgoing)
      else outgoing.destroy()
    })
    outgoing.once('close', () => timer.cancel())
  }
}

function closeOf(socket: Socket | undefined): Promise<void> {
  return new Promise(resolve => {
    if (socket === undefined) resolve()
    else socket.once('close', () => resolve())
  })
}
