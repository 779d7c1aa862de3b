import { type Observable, Subject } from 'rxjs'
import {
  assertNoSink,
  type CloseReason,
  type Connection,
  type FrameSink,
  type InPlaceSender,
  LentFrame,
  type Limits,
  overCommit,
  type PeerIdentity,
  type SignalboxError,
  sendInPlace,
} from '../../core/contracts/index.js'
import { ownIdentity } from '../../native/own-identity.js'
import { FrameQueue } from './frame-queue.js'

const NO_ROOM = new Uint8Array(0)
const LIMITS: Limits = Object.freeze({ maxFrame: Number.POSITIVE_INFINITY })

/**
 * One end of a connection within this process. Frames are delivered in a turn of their own, all that
 * wait at once: never from inside `send`, and without keeping input and output from their turn.
 */
export class MemoryConnection implements Connection, InPlaceSender {
  readonly limits = LIMITS
  readonly inPlace: InPlaceSender = this
  readonly remote: PeerIdentity
  readonly closed: Promise<CloseReason>
  readonly writable$: Observable<void>
  readonly #name: string
  readonly #writable = new Subject<void>()
  readonly #incoming = new FrameQueue()
  readonly #frame = new LentFrame()
  #peer: MemoryConnection | undefined
  #sink: FrameSink | undefined
  #paused = false
  #refused = false
  #reserved = -1
  #deliveryScheduled = false
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  /** Both ends of a new connection. @param name how messages call it */
  static pair(name: string): [MemoryConnection, MemoryConnection] {
    const left = new MemoryConnection(name)
    const right = new MemoryConnection(name)
    left.#peer = right
    right.#peer = left
    return [left, right]
  }

  private constructor(name: string) {
    this.#name = name
    this.remote = ownIdentity()
    this.writable$ = this.#writable.asObservable()
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    return sendInPlace(this, frame)
  }

  /** Where the peer reads what is sent. */
  get room(): Uint8Array {
    return this.#peer === undefined ? NO_ROOM : this.#peer.#incoming.room
  }

  reserve(length: number): number {
    const at = this.#peer === undefined ? -1 : this.#peer.#incoming.reserve(length)
    this.#reserved = at < 0 ? -1 : length
    if (at < 0) this.#refused = true
    return at
  }

  commit(length: number): void {
    if (length > this.#reserved) throw overCommit(length, this.#reserved)
    this.#reserved = -1
    this.#peer?.take(length)
  }

  receive(sink: FrameSink): void {
    assertNoSink(this.#sink, this.#name)
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

  /** What was sent is with the peer already; it gets that, and then the end. */
  async close(): Promise<void> {
    this.#end({ by: 'us' })
    await this.closed
  }

  abort(error?: SignalboxError): void {
    this.#peer?.forget()
    this.#end(error === undefined ? { by: 'us' } : { by: 'fault', error })
  }

  #deliverSoon(): void {
    if (this.#deliveryScheduled || this.#over) return
    this.#deliveryScheduled = true
    setImmediate(this.#deliver)
  }

  readonly #deliver = (): void => {
    this.#deliveryScheduled = false
    // What the sink makes others send is for the next turn.
    for (let left = this.#incoming.length; left > 0 && this.#reads; left--) this.#lendNext()
    if (this.#incoming.hasDrained) this.#peer?.retry()
    if (this.#incoming.length === 0) {
      if (this.#peer === undefined) this.#end({ by: 'peer' })
    } else if (this.#reads) this.#deliverSoon()
  }

  get #reads(): boolean {
    return this.#sink !== undefined && !this.#paused && !this.#over
  }

  #lendNext(): void {
    const batch = this.#incoming.next()
    if (batch === undefined) return
    this.#sink?.(this.#frame.reset(batch.room, batch.start, batch.end, batch.isUnusual))
    this.#incoming.done()
  }

  #end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.#incoming.clear()
    this.#peer?.lose()
    this.lose()
    this.#resolveClosed(reason)
  }

  // What the other end calls:

  private take(length: number): void {
    this.#incoming.commit(length)
    this.#deliverSoon()
  }

  private forget(): void {
    this.#incoming.clear()
  }

  private retry(): void {
    if (!this.#refused) return
    this.#refused = false
    this.#writable.next()
  }

  /** Nothing can be sent any more; what has come is still to be delivered. */
  private lose(): void {
    this.#peer = undefined
    this.#writable.complete()
    this.#deliverSoon()
  }
}
