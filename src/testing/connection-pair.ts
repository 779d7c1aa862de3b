import { Subject } from 'rxjs'
import {
  type CloseReason,
  type Connection,
  type FrameSink,
  LentFrame,
  type Limits,
  type PeerIdentity,
  SignalboxError,
} from '../core/contracts/index.js'
import { POISON } from './poisoned.js'

/** How a pair of connections behaves. */
export interface ConnectionPairOptions {
  /** Bytes that are on their way before `send` says full. @default Infinity */
  readonly capacity?: number
  /** Bytes of the largest frame. @default Infinity */
  readonly maxFrame?: number
  /** Cuts what is delivered into pieces, as a stream does: the length of the next piece. @default whole frames */
  readonly pieces?: () => number
}

/**
 * Both ends of a connection within this process, for tests of what stands above connections.
 * @example
 * ```ts
 * const [here, there] = connectionPair()
 * there.receive(frame => console.log(Buffer.from(frame.bytes).toString()))
 * here.send(Buffer.from('hello')) // hello
 * ```
 */
export function connectionPair(options: ConnectionPairOptions = {}): [PairedConnection, PairedConnection] {
  const left = new PairedConnection(options)
  const right = new PairedConnection(options)
  left.join(right)
  right.join(left)
  return [left, right]
}

/** One end of a {@link connectionPair}. Frames arrive in a later microtask, in order. */
export class PairedConnection implements Connection {
  readonly writable$ = new Subject<void>()
  readonly closed: Promise<CloseReason>
  readonly limits: Limits
  readonly remote: PeerIdentity = { pid: process.pid, user: { by: 'none' } }
  /** Every frame that was sent here, for tests that look at the wire. */
  readonly sent: Uint8Array[] = []

  #peer: PairedConnection | undefined
  #sink: FrameSink | undefined
  readonly #arriving: Uint8Array[] = []
  #arrivingBytes = 0
  #paused = false
  #delivering = false
  #refused = false
  /** The peer has ended: so does this side, once it read what is on its way. */
  #peerEnded = false
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor(private readonly options: ConnectionPairOptions) {
    this.limits = { maxFrame: options.maxFrame ?? Number.POSITIVE_INFINITY }
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  join(peer: PairedConnection): void {
    this.#peer = peer
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    const peer = this.#peer
    if (frame.length > this.limits.maxFrame) {
      throw new SignalboxError(
        'FRAME_TOO_LARGE',
        `a frame of ${frame.length} B is over ${this.limits.maxFrame} B`,
      )
    }
    const capacity = this.options.capacity ?? Number.POSITIVE_INFINITY
    if (
      this.#over ||
      peer === undefined ||
      (peer.#arrivingBytes > 0 && peer.#arrivingBytes + frame.length > capacity)
    ) {
      this.#refused = true
      return 'full'
    }
    this.sent.push(frame.slice())
    peer.deliver(frame)
    return 'sent'
  }

  /** Lets bytes arrive here as if the peer had sent them. */
  deliver(frame: Uint8Array): void {
    if (this.#over) return
    this.#arriving.push(frame.slice())
    this.#arrivingBytes += frame.length
    this.#deliverSoon()
  }

  receive(sink: FrameSink): void {
    if (this.#sink !== undefined) throw new SignalboxError('CLOSED', 'there is a sink already')
    this.#sink = sink
    this.#deliverSoon()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#deliverSoon()
  }

  /** The peer gets what is on its way, then its end. */
  async close(): Promise<void> {
    if (!this.#over) {
      this.#finish({ by: 'us' })
      this.#peer?.endAfterDelivery()
    }
    await this.closed
  }

  abort(error?: SignalboxError): void {
    if (this.#over) return
    this.#finish(error === undefined ? { by: 'us' } : { by: 'fault', error })
    this.#peer?.endAfterDelivery()
  }

  /** Both ends break at once, as when a cable is cut. */
  cut(): void {
    const error = new SignalboxError('SYSTEM', 'the track was cut')
    this.break(error)
    this.#peer?.break(error)
  }

  private break(error: SignalboxError): void {
    this.#finish({ by: 'fault', error })
  }

  /** The peer has ended. */
  private endAfterDelivery(): void {
    this.#peerEnded = true
    if (this.#arriving.length === 0) this.#finish({ by: 'peer' })
  }

  #deliverSoon(): void {
    if (this.#delivering || this.#sink === undefined) return
    this.#delivering = true
    queueMicrotask(() => {
      this.#delivering = false
      this.#deliverAll()
    })
  }

  #deliverAll(): void {
    while (!this.#paused && !this.#over) {
      const next = this.#next()
      if (next === undefined) break
      this.#arrivingBytes -= next.length
      this.#sink?.(LentFrame.of(next, false))
      next.fill(POISON) // the loan is over
    }
    if (this.#peerEnded && this.#arriving.length === 0) this.#finish({ by: 'peer' })
    this.#peer?.tryAgain()
  }

  /** The peer has read: a `send` that was refused may be tried again. */
  private tryAgain(): void {
    if (!this.#refused || this.#over) return
    this.#refused = false
    this.writable$.next()
  }

  /** A whole frame, or a piece of the stream that all frames make together. */
  #next(): Uint8Array | undefined {
    const first = this.#arriving[0]
    if (first === undefined || this.options.pieces === undefined) return this.#arriving.shift()
    const stream = Buffer.concat(this.#arriving)
    const length = Math.max(1, Math.min(stream.length, this.options.pieces()))
    this.#arriving.length = 0
    if (length < stream.length) this.#arriving.push(new Uint8Array(stream.subarray(length)))
    return new Uint8Array(stream.subarray(0, length))
  }

  #finish(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.#arriving.length = 0
    this.writable$.complete()
    this.#resolveClosed(reason)
  }
}
