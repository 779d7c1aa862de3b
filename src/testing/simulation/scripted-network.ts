import { Subject } from 'rxjs'
import {
  type CloseReason,
  type Connection,
  type FrameSink,
  LentFrame,
  type Limits,
  type PeerIdentity,
  SignalboxError,
} from '../../core/contracts/index.js'

/** What a track of a scripted network is like. */
export interface TrackOptions {
  /** Bytes that are on their way in one direction before `send` says full. @default Infinity */
  readonly capacity?: number
  /** Bytes of the largest frame. @default Infinity */
  readonly maxFrame?: number
}

/**
 * A network in which nothing happens by itself: a frame waits until {@link ScriptedConnection.deliver} takes it
 * over, a cut is noticed when the script says so, or never.
 */
export class ScriptedNetwork {
  readonly #ends: ScriptedConnection[] = []

  /** Both ends of a fresh track: the one that connected first. */
  connect(options: TrackOptions = {}): readonly [ScriptedConnection, ScriptedConnection] {
    const id = this.#ends.length / 2
    const left = new ScriptedConnection(id, options)
    const right = new ScriptedConnection(id, options)
    left.join(right)
    right.join(left)
    this.#ends.push(left, right)
    return [left, right]
  }

  /** All ends that something can arrive at now. */
  get deliverable(): ScriptedConnection[] {
    return this.#ends.filter(end => end.deliverable)
  }

  /** All ends that are open. */
  get open(): ScriptedConnection[] {
    return this.#ends.filter(end => !end.over)
  }

  /** All ends of tracks that were cut and that do not know it. */
  get unaware(): ScriptedConnection[] {
    return this.#ends.filter(end => end.wasCut && !end.over)
  }
}

/** The end of the peer, where it stands among the frames that are on their way. */
const END = Symbol('end')

/** One end of a track of a {@link ScriptedNetwork}. */
export class ScriptedConnection implements Connection {
  readonly writable$ = new Subject<void>()
  readonly closed: Promise<CloseReason>
  readonly limits: Limits
  readonly remote: PeerIdentity = { pid: undefined, user: { by: 'none' } }
  /** Looks at each frame that leaves here, and at each that arrives. */
  watch: ((direction: 'sent' | 'arrived', frame: Uint8Array) => void) | undefined
  over = false
  wasCut = false

  readonly #arriving: (Uint8Array | typeof END)[] = []
  #arrivingBytes = 0
  #peer: ScriptedConnection | undefined
  #sink: FrameSink | undefined
  #paused = false
  #refused = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor(
    readonly id: number,
    private readonly options: TrackOptions,
  ) {
    this.limits = { maxFrame: options.maxFrame ?? Number.POSITIVE_INFINITY }
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  join(peer: ScriptedConnection): void {
    this.#peer = peer
  }

  /** Whether something waits to arrive here. */
  get deliverable(): boolean {
    return !this.over && !this.#paused && this.#sink !== undefined && this.#arriving.length > 0
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    const peer = this.#peer
    const { capacity = Number.POSITIVE_INFINITY } = this.options
    if (
      this.over ||
      peer === undefined ||
      (peer.#arrivingBytes > 0 && peer.#arrivingBytes + frame.length > capacity)
    ) {
      this.#refused = true
      return 'full'
    }
    this.watch?.('sent', frame)
    if (!this.wasCut) peer.#push(frame.slice())
    return 'sent'
  }

  receive(sink: FrameSink): void {
    this.#sink = sink
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
  }

  /** Lets the next frame, or the peer's end, arrive. */
  deliver(): void {
    const next = this.#arriving.shift()
    if (next === undefined) return
    if (next === END) {
      this.#finish({ by: 'peer' })
      return
    }
    this.#arrivingBytes -= next.length
    this.watch?.('arrived', next)
    this.#sink?.(LentFrame.of(next, false))
    next.fill(0xdb) // the loan is over
    this.#peer?.tryAgain()
  }

  /**
   * Nothing that is sent arrives any more, on either side, and neither side is told.
   * @param kept frames on their way to this end that still arrive
   */
  cut(kept: number): void {
    for (const end of [this, this.#peer]) {
      if (end === undefined || end.over) continue
      end.wasCut = true
      end.#arriving.splice(end === this ? kept : 0)
      end.#arrivingBytes = end.#arriving.reduce((sum, next) => sum + (next === END ? 0 : next.length), 0)
    }
  }

  /** Notices that the track was cut. */
  notice(): void {
    this.#finish({ by: 'fault', error: new SignalboxError('SYSTEM', `track ${this.id} was cut`) })
  }

  /** Its process is gone: nobody hears of anything here, and the peer sees the end behind what was sent. */
  vanish(): void {
    this.#sink = undefined
    this.over = true
    this.#peer?.pushEnd()
  }

  async close(): Promise<void> {
    this.abort()
    await this.closed
  }

  abort(error?: SignalboxError): void {
    if (this.over) return
    this.#finish(error === undefined ? { by: 'us' } : { by: 'fault', error })
    this.#peer?.pushEnd()
  }

  #push(frame: Uint8Array): void {
    if (this.over) return
    this.#arriving.push(frame)
    this.#arrivingBytes += frame.length
  }

  private pushEnd(): void {
    if (!this.over && !this.wasCut) this.#arriving.push(END)
  }

  private tryAgain(): void {
    if (!this.#refused || this.over) return
    this.#refused = false
    this.writable$.next()
  }

  #finish(reason: CloseReason): void {
    if (this.over) return
    this.over = true
    this.#arriving.length = 0
    this.writable$.complete()
    this.#resolveClosed(reason)
  }
}
