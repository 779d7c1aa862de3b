import { type Observable, Subject } from 'rxjs'
import {
  assertNoSink,
  type Clock,
  type CloseReason,
  type Connection,
  type FrameSink,
  type InPlaceSender,
  isSignalboxError,
  type Limits,
  type PeerIdentity,
  SignalboxError,
  sendInPlace,
} from '../../../core/contracts/index.js'
import type { ControlLine } from '../control-line.js'
import { type Sizes, waysOf } from '../layout.js'
import type { Segment } from '../segment.js'
import { IncomingWay } from './incoming-way.js'
import { OutgoingWay } from './outgoing-way.js'
import { SecondLook } from './second-look.js'
import { SpinPace, type SpinTally } from './spin-pace.js'

/** What a {@link SegmentConnection} is made of. */
export interface SegmentConnectionOptions {
  /** How messages call it. */
  readonly name: string
  readonly role: 'dialler' | 'listener'
  /** The connection that tells who the peer is, wakes it, and ends with it; from here on it is ours. */
  readonly control: ControlLine
  /** Mapped by both sides; ours to close. */
  readonly segment: Segment
  readonly sizes: Sizes
  readonly clock: Pick<Clock, 'now'>
  /** Whether it may spin, where that pays. @default true */
  readonly spin?: boolean
}

/** What it cost a connection to learn that something came. */
export interface WakingTally {
  /** Bells that we rang, each a system call, for a peer that slept. */
  readonly bells: number
  /** How often we went to sleep. */
  readonly sleeps: number
  /** How often we waited awake instead. */
  readonly spins: SpinTally
}

/** ms after which deliveries leave the event loop to others for a turn, and so do waits between them. */
const BATCH = 0.2
/** Frames, or bytes, after which what they set off has its turn: so the peer gets answers while we read on. */
const PORTION = { frames: 32, bytes: 64 * 1024 }
/** A settled promise: what is chained to it runs as a microtask, at half the price of `queueMicrotask`. */
const soon = Promise.resolve()

/**
 * A connection whose frames lie in memory that both processes have. While frames come it looks for more in every
 * turn of the event loop; when none come it sleeps, and a byte on the control connection, the bell, wakes it. An
 * idle connection does nothing at all.
 *
 * What was sent is with the peer at the end of the turn, even if this process is killed then: the peer reads it
 * from the memory before it reports the end.
 */
export class SegmentConnection implements Connection {
  readonly remote: PeerIdentity
  readonly limits: Limits
  readonly closed: Promise<CloseReason>
  readonly writable$: Observable<void>
  readonly inPlace: InPlaceSender
  readonly #name: string
  readonly #control: ControlLine
  readonly #segment: Segment
  readonly #clock: Pick<Clock, 'now'>
  readonly #pace: SpinPace
  readonly #secondLook = new SecondLook()
  /** Whether the next look is one after work. */
  #lookingAgain = false
  readonly #incoming: IncomingWay
  readonly #outgoing: OutgoingWay
  readonly #writable = new Subject<void>()
  #sink: FrameSink | undefined
  #paused = false
  /** Whether a turn is to come, or running: then nobody needs to wake us. */
  #awake = false
  /** When the batch began of which more is to be delivered; undefined when there is none. */
  #batchBegan: number | undefined
  /** When the event loop had its turn last; kept only while we wait awake. */
  #loopedAt = 0
  #bells = 0
  #sleeps = 0
  /** Why it ends; frames that the peer left may still be delivered. */
  #reason: CloseReason | undefined
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  /** @throws SignalboxError `PROTOCOL_VIOLATION` when the segment is smaller than agreed */
  constructor({ name, role, control, segment, sizes, clock, spin = true }: SegmentConnectionOptions) {
    const { there, back } = waysOf(segment.buffer, sizes)
    const pace = spin ? new SpinPace(clock) : new SpinPace(clock, false)
    const ring = () => {
      this.#bells++
      pace.rings()
      control.ring()
    }
    this.#name = name
    this.#control = control
    this.#segment = segment
    this.#clock = clock
    this.#pace = pace
    this.#incoming = new IncomingWay(role === 'listener' ? there : back, {
      ring,
      givenBack: () => this.#letGoOfSegment(),
    })
    const outgoing = new OutgoingWay(role === 'listener' ? back : there, {
      ring,
      broken: error => this.#broken(error),
    })
    this.#outgoing = outgoing
    this.remote = control.remote
    this.limits = Object.freeze({ maxFrame: sizes.largest })
    this.writable$ = this.#writable.asObservable()
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    this.inPlace = new Placing(outgoing, length => this.#reserve(length))
    control.onBell(
      () => this.#woken(),
      error => this.#broken(error),
    )
    void control.closed.then(reason => this.#controlEnded(reason))
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    return sendInPlace(this.inPlace, frame)
  }

  receive(sink: FrameSink): void {
    assertNoSink(this.#sink, this.#name)
    this.#sink = sink
    this.#turnSoon()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#turnSoon()
  }

  /** What was sent is in the peer's memory already; it reads that, and then the end. */
  async close(): Promise<void> {
    if (this.#reason === undefined) {
      this.#reason = { by: 'us' }
      this.#stopSending()
      await this.#control.close()
    } else if (this.#reason.by === 'peer') this.#finish() // nobody wants what the peer left
    await this.closed
  }

  abort(error?: SignalboxError): void {
    if (this.#over) return
    this.#reason = error === undefined ? { by: 'us' } : { by: 'fault', error }
    this.#stopSending()
    this.#control.abort()
    this.#finish()
  }

  /** What waking, and being woken, took until now. */
  get waking(): WakingTally {
    return { bells: this.#bells, sleeps: this.#sleeps, spins: { ...this.#pace.tally } }
  }

  untaken(): Iterable<Uint8Array> {
    return this.#outgoing.untaken()
  }

  #reserve(length: number): number {
    if (length > this.limits.maxFrame) {
      throw new SignalboxError(
        'FRAME_TOO_LARGE',
        `${this.#name}: a frame of ${length} B is over this connection's ${this.limits.maxFrame} B; use a link (it fragments) or raise largest`,
      )
    }
    const at = this.#outgoing.reserve(length)
    if (at < 0) this.#turnSoon() // it looks for room, or asks for the bell
    return at
  }

  #turnSoon(): void {
    if (this.#awake || this.#over) return
    this.#awake = true
    setImmediate(this.#turn)
  }

  #woken(): void {
    if (this.#over) return
    this.#incoming.unpark()
    if (this.#awake) return
    this.#awake = true
    this.#pace.woken()
    this.#turn()
  }

  readonly #turn = (): void => {
    if (this.#pace.pays) this.#loopedAt = this.#clock.now()
    this.#look()
  }

  readonly #look = (): void => {
    if (this.#over) return
    let worked = this.#work()
    if (this.#lookingAgain) this.#secondLook.was(worked)
    this.#lookingAgain = false
    // Only now, in a turn of its own, so that nobody who has something to do waits for it.
    if (!worked && !this.#over && this.#pace.waits(this.#hasWork)) worked = this.#work()
    if (this.#over) return
    if (this.#batchBegan !== undefined) soon.then(this.#look)
    else if (worked && (this.#pace.isSpinning || this.#secondLook.isDue())) this.#lookAgain()
    else if (!this.#fallsAsleep()) setImmediate(this.#turn)
  }

  /**
   * In a quick conversation as soon as nothing is left of what the frames set off: a turn of the event loop lasts
   * longer than the peer's answer. Others get it all the same, after each batch.
   */
  #lookAgain(): void {
    this.#lookingAgain = true
    if (this.#pace.pays && this.#clock.now() - this.#loopedAt < BATCH)
      queueMicrotask(this.#afterThisMicrotask)
    else setImmediate(this.#turn)
  }

  // A tick that is asked for from inside a microtask runs when the queue of microtasks is empty.
  readonly #afterThisMicrotask = (): void => process.nextTick(this.#look)

  /** Does all that can be done now, within bounds; false when there was nothing. */
  #work(): boolean {
    this.#outgoing.publish() // what the last portion set off
    let worked = this.#deliver()
    if (this.#outgoing.hasRoom) {
      this.#outgoing.forgetRefusals()
      this.#writable.next()
      worked = true
    }
    this.#outgoing.publish()
    return worked
  }

  readonly #hasWork = (): boolean => (this.#reads && this.#incoming.ready) || this.#outgoing.hasRoom

  /** Goes to sleep, unless something came in between. */
  #fallsAsleep(): boolean {
    if (this.#reason?.by === 'peer' && !this.#incoming.ready) {
      this.#finish()
      return true
    }
    if (this.#outgoing.refused) this.#outgoing.wantRoom()
    if (this.#outgoing.hasRoom || (this.#reads && !this.#incoming.park())) return false
    this.#awake = false
    this.#sleeps++
    this.#pace.sleeps()
    return true
  }

  get #reads(): boolean {
    return this.#sink !== undefined && !this.#paused && !this.#over && this.#reason?.by !== 'us'
  }

  /** Delivers a portion of what is there; false when there was nothing. */
  #deliver(): boolean {
    const ready = this.#reads && this.#incoming.ready
    if (ready) this.#deliverPortion()
    this.#batchBegan = this.#goesOn()
    if (this.#batchBegan === undefined && !this.#over) this.#incoming.free()
    return ready
  }

  #deliverPortion(): void {
    let bytes = 0
    for (let frames = 0; frames < PORTION.frames && bytes < PORTION.bytes; frames++) {
      const frame = this.#reads ? this.#next() : undefined
      if (frame === undefined) return
      bytes += frame.end - frame.start
      this.#sink?.(frame)
      this.#incoming.done()
    }
  }

  /** When the batch began, if another portion of it is to follow. */
  #goesOn(): number | undefined {
    if (!this.#reads || !this.#incoming.ready) return undefined
    const now = this.#clock.now()
    const began = this.#batchBegan ?? now
    return now - began < BATCH ? began : undefined
  }

  #next(): ReturnType<IncomingWay['next']> {
    try {
      return this.#incoming.next()
    } catch (error) {
      this.#broken(error)
      return undefined
    }
  }

  #broken(error: unknown): void {
    if (!isSignalboxError(error)) throw error
    this.abort(new SignalboxError(error.code, `${this.#name}: ${error.message}`, { cause: error }))
  }

  #controlEnded(reason: CloseReason): void {
    if (this.#reason === undefined) {
      // What a broken pipe loses is a bell; frames are in memory. So the peer is gone, and nothing else is wrong.
      const vanished = reason.by !== 'fault' || reason.error.code === 'CLOSED'
      this.#reason = vanished ? { by: 'peer' } : reason
      this.#stopSending()
    }
    if (this.#reason.by === 'peer') this.#turnSoon()
    else this.#finish()
  }

  #stopSending(): void {
    this.#outgoing.close()
    this.#writable.complete()
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#resolveClosed(this.#reason ?? { by: 'us' })
    this.#letGoOfSegment()
  }

  /**
   * Once nobody looks into it any more: no sink, nobody who kept a frame, and in a later turn than that of the end,
   * in which somebody may ask what is untaken.
   */
  #letGoOfSegment(): void {
    if (!this.#over || this.#incoming.kept > 0) return
    setImmediate(() => this.#segment.close())
  }
}

/** Places in the outgoing way. It is a class because V8 compiles no getter of an object literal into its callers. */
class Placing implements InPlaceSender {
  constructor(
    private readonly outgoing: OutgoingWay,
    readonly reserve: (length: number) => number,
  ) {}

  get room(): Uint8Array {
    return this.outgoing.room
  }

  commit(length: number): void {
    this.outgoing.commit(length)
  }
}
