import { type Encoder, SignalboxError } from '../contracts/index.js'
import { AbortableReceipt, aborted } from './abortable-receipt.js'
import { Backlog } from './backlog.js'
import type { CountedTrack } from './counted-track.js'
import { SenderCredit } from './credit.js'
import { FIRST_LANE } from './frames.js'
import type { Grant } from './hello.js'
import { ACCEPTED, type Outcome, PromiseReceipt, type Receipt } from './outcome.js'
import { Queue } from './queue.js'
import { violation } from './violation.js'

/** What a lane needs of its link to send messages. */
export interface LaneTrack {
  /** Bytes of the largest message that the peer takes. */
  readonly maxMessage: number
  /** The track that a message of `bytes` bytes takes: the primary one or, where `anyTrack` is set, any. */
  route(bytes: number, anyTrack: boolean): CountedTrack | undefined
  /** Puts a whole message on a track; false when it is full. */
  putData(on: CountedTrack, lane: number, sequence: number, head: Uint8Array, body: Uint8Array): boolean
  /**
   * Writes a message straight into a track: `head`, and what `encoder` makes of `value`, `most` bytes at most.
   * @returns how many bytes it has; undefined where nothing was sent: it is larger, there is no room, its track would
   * depend on its size, or the encoder does not write in place
   * @throws what the encoder throws
   */
  putValue(
    lane: number,
    sequence: number,
    head: Uint8Array,
    encoder: Encoder,
    value: unknown,
    most: number,
  ): number | undefined
  /** Puts a part of a message on a track; false when it is full. */
  putPart(
    on: CountedTrack,
    lane: number,
    sequence: number,
    offset: number,
    total: number,
    part: Uint8Array,
  ): boolean
  /** Calls {@link OutboundLane.pump} when there is room. */
  wake(lane: OutboundLane): void
  /** The lane has nothing left to do and no more to say. */
  finished(lane: OutboundLane): void
}

/** A message that could not go at once. Its bytes are the lane's own. */
interface Waiting {
  readonly message: Uint8Array
  readonly receipt: Receipt
  /** Bytes that are on their way already. */
  offset: number
  /** The track that carries its parts. */
  on?: CountedTrack
}

/** How many messages {@link OutboundLane.send} lets wait for credit before it says `OVERFLOW`. */
const MAY_WAIT = 4096
const NOTHING = new Uint8Array()
/** Bytes that are reserved for a value whose size nobody knows. */
const USUAL = 1024

/** One order of messages to the peer: sequence numbers, credit, and the fate of each message. */
export class OutboundLane {
  readonly #credit: SenderCredit
  readonly #waiting = new Queue<Waiting>()
  readonly #backlog: Backlog
  /** Receipts of what is on the track, oldest first: the first belongs to `#settled + 1`. */
  readonly #inFlight = new Queue<Receipt>()
  readonly #rejected = new Map<number, Outcome>()
  #sequence = 0
  #settled = 0
  /** Bytes that are reserved for the next value. */
  #expected = USUAL
  /** Bytes of the largest message that was refused since {@link room} was asked for last. */
  #refused = 0
  /** Who waits for room; all wait for the same promise. */
  #roomWanted:
    | { readonly promise: Promise<void>; resolve(): void; reject(why: SignalboxError): void }
    | undefined
  #ended: SignalboxError | undefined
  #ending = false
  /** The peer knows of this lane: on other tracks than the primary one, messages could come before its OPEN. */
  #known: boolean

  constructor(
    readonly id: number,
    private readonly track: LaneTrack,
    private readonly window: Grant,
    mayWait = MAY_WAIT,
  ) {
    this.#backlog = new Backlog(mayWait, track.maxMessage)
    this.#credit = new SenderCredit(window)
    this.#known = id < FIRST_LANE
  }

  /** Whether everything that was taken has its outcome. */
  get quiet(): boolean {
    return this.#waiting.size === 0 && this.#inFlight.size === 0
  }

  /**
   * Takes a message if it may go now: false when credit or track have no room, or the lane has ended.
   * `head` and `body` together are the message; both are the caller's again afterwards.
   * @throws SignalboxError `FRAME_TOO_LARGE` when the peer takes no message of that size.
   */
  offer(head: Uint8Array, body: Uint8Array, receipt: Receipt): boolean {
    const length = this.#assertSize(head, body)
    if (!this.#mayBegin) return false
    const on = this.track.route(length, this.#known)
    if (on === undefined) return this.#refuse(length)
    if (this.#fitsOneFrame(length, on)) {
      if (this.#credit.bytes < length || !this.track.putData(on, this.id, this.#sequence + 1, head, body))
        return this.#refuse(length)
      this.#sent(length, receipt)
      return true
    }
    return this.#credit.bytes >= 1 && this.#wait(head, body, receipt) !== undefined
  }

  /**
   * {@link offer} of a message whose body is a value: it is encoded straight into the track where that is possible.
   * @throws SignalboxError `FRAME_TOO_LARGE`, and what the encoder throws, where the message may go now
   */
  offerValue(head: Uint8Array, encoder: Encoder, value: unknown, receipt: Receipt): boolean {
    if (!this.#mayBegin) return false
    const most = Math.min(this.#expected, this.#credit.bytes, this.track.maxMessage)
    const length = this.track.putValue(this.id, this.#sequence + 1, head, encoder, value, most)
    if (length !== undefined) {
      this.#expect(length)
      this.#sent(length, receipt)
      return true
    }
    const body = encoder.encode(value)
    this.#expect(head.length + body.length)
    return this.offer(head, body, receipt)
  }

  /**
   * {@link send} of a message whose body is a value.
   * @throws SignalboxError at once, what the encoder throws, and `FRAME_TOO_LARGE`
   */
  sendValue(head: Uint8Array, encoder: Encoder, value: unknown, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(aborted(signal))
    const receipt = new PromiseReceipt()
    this.postValue(head, encoder, value, receipt, signal)
    return receipt.promise
  }

  /**
   * {@link sendValue} for whoever wants a receipt and no promise. What `send` rejects with, the receipt is told.
   * @throws SignalboxError at once, what the encoder throws, and `FRAME_TOO_LARGE`
   */
  postValue(
    head: Uint8Array,
    encoder: Encoder,
    value: unknown,
    receipt: Receipt,
    signal?: AbortSignal,
  ): void {
    if (!this.offerValue(head, encoder, value, receipt))
      this.#post(head, encoder.encode(value), receipt, signal)
  }

  /**
   * Sends a message as soon as there is room for it, in order with all others of this lane.
   * Resolves when the receiver accepted it.
   * @throws SignalboxError the outcome's: what the receiver says, `PEER_LOST` when unknown; `OVERFLOW` when too
   * much waits already; `ABORTED` when the signal fires before it went; `CLOSED`; `FRAME_TOO_LARGE`.
   */
  send(head: Uint8Array, body: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(aborted(signal))
    const receipt = new PromiseReceipt()
    try {
      if (!this.offer(head, body, receipt)) this.#post(head, body, receipt, signal)
    } catch (error) {
      return Promise.reject(error)
    }
    return receipt.promise
  }

  /**
   * Resolves when there is room again for what was refused: when half of the window is free, so that the next messages
   * are made while the last ones travel, and the track takes more. It keeps no room for anybody.
   * @throws SignalboxError `CLOSED` when the lane or the session has ended, or does so meanwhile
   */
  room(): Promise<void> {
    const over = this.#over
    if (over !== undefined) return Promise.reject(over)
    if (this.#roomWanted === undefined) {
      let resolve = () => {}
      let reject: (why: SignalboxError) => void = () => {}
      const promise = new Promise<void>((settle, refuse) => {
        resolve = settle
        reject = refuse
      })
      this.#roomWanted = { promise, resolve, reject }
      this.track.wake(this)
    }
    return this.#roomWanted.promise
  }

  /** Takes no more messages; the lane is finished when those that it has are settled. */
  end(): void {
    if (this.#ending) return
    this.#ending = true
    this.#endWaitForRoom()
    this.#finishIfQuiet()
  }

  /** Sends what waits. Returns false when its track is full. */
  pump(): boolean {
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      const left = next.message.length - next.offset
      if (next.offset === 0 && this.#credit.messages < 1) return true
      const on = this.#routeOf(next)
      if (on === undefined) return false
      if (next.offset === 0 && this.#fitsOneFrame(left, on)) {
        if (this.#credit.bytes < left) return true
        if (!this.track.putData(on, this.id, this.#sequence + 1, next.message, NOTHING)) return false
        this.#advance(next, left)
      } else {
        const length = Math.min(left, on.partSize, this.#credit.bytes)
        if (length < 1) return true
        const part = next.message.subarray(next.offset, next.offset + length)
        const sequence = next.offset === 0 ? this.#sequence + 1 : this.#sequence
        if (!this.track.putPart(on, this.id, sequence, next.offset, next.message.length, part)) return false
        next.on = on
        this.#advance(next, length)
        if (this.#waiting.size > 0) {
          this.track.wake(this) // other lanes get a turn between two parts
          return true
        }
      }
    }
    return this.#roomWanted === undefined || this.#offerRoom()
  }

  /** The last message that is whole on the track: only those can be settled. */
  get #sentWhole(): number {
    return this.#sequence - (this.#waiting.peek()?.offset ? 1 : 0)
  }

  /** The peer settled all up to `sequence` and raised the credit. @throws SignalboxError `PROTOCOL_VIOLATION` */
  granted(sequence: number, messages: number, bytes: number): void {
    if (sequence > this.#sentWhole) throw violation('it acknowledges a message that was not sent')
    this.#known = true
    while (this.#settled < sequence) {
      this.#settled++
      this.#inFlight.shift()?.settle(this.#takeRejection() ?? ACCEPTED)
    }
    this.#credit.raise(messages, bytes)
    if (this.#waiting.size > 0 || this.#roomWanted !== undefined) this.track.wake(this)
    else this.#finishIfQuiet()
  }

  /** The peer rejected `sequence`; the grant that settles it follows. @throws SignalboxError `PROTOCOL_VIOLATION` */
  rejected(sequence: number, error: SignalboxError): void {
    if (sequence <= this.#settled || sequence > this.#sentWhole)
      throw violation('it rejects a message that is not on its way')
    this.#rejected.set(sequence, { status: 'rejected', error })
  }

  /** The session ended: what was on its way is unknown, what never left is rejected. */
  fail(why: SignalboxError): void {
    if (this.#ended !== undefined) return
    this.#ended = new SignalboxError('CLOSED', `the session has ended: ${why.message}`, { cause: why })
    const unknown = new SignalboxError('PEER_LOST', `the outcome is unknown: ${why.message}`, { cause: why })
    for (let receipt = this.#inFlight.shift(); receipt !== undefined; receipt = this.#inFlight.shift()) {
      this.#settled++
      receipt.settle(this.#takeRejection() ?? { status: 'unknown', error: unknown })
    }
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.receipt.settle({ status: 'rejected', error: this.#ended })
    }
    this.#endWaitForRoom()
  }

  /** Why nothing is taken any more. */
  get #over(): SignalboxError | undefined {
    return this.#ended ?? (this.#ending ? new SignalboxError('CLOSED', 'the lane is closed') : undefined)
  }

  /** Whether a message may go now, as far as that does not depend on its size. */
  get #mayBegin(): boolean {
    return (
      !this.#ending && this.#ended === undefined && this.#waiting.size === 0 && this.#credit.messages >= 1
    )
  }

  /** Remembers what there was no room for: fewer bytes are none for whoever tries it again. */
  #refuse(length: number): false {
    if (length > this.#refused) this.#refused = length
    return false
  }

  /** Lets who waits for room go on, if there is some. Returns false when the track is full. */
  #offerRoom(): boolean {
    const { messages, bytes, width } = this.#credit
    const needed = Math.max(width / 2, Math.min(this.#refused, width))
    if (messages < this.window.messages / 2 || bytes < needed) return true // the next grant tries again
    const length = this.#refused || this.#expected // which track it is may depend on the size
    const on = this.track.route(length, this.#known)
    if (on === undefined || !on.hasRoom(length)) return false
    this.#endWaitForRoom()
    return true
  }

  #endWaitForRoom(): void {
    const wanted = this.#roomWanted
    const over = this.#over
    this.#refused = 0
    this.#roomWanted = undefined
    if (over === undefined) wanted?.resolve()
    else wanted?.reject(over)
  }

  #sent(length: number, receipt: Receipt): void {
    this.#sequence++
    this.#credit.spend(1, length)
    this.#inFlight.push(receipt)
  }

  /** The next value is probably as large as this one, which had `length` bytes. */
  #expect(length: number): void {
    if (length > this.#expected) this.#expected = 2 * length
    else if (this.#expected > USUAL && 4 * length < this.#expected) this.#expected = USUAL
  }

  /** What the peer said of the message that is settled now, unless it was accepted. */
  #takeRejection(): Outcome | undefined {
    if (this.#rejected.size === 0) return undefined
    const rejection = this.#rejected.get(this.#settled)
    this.#rejected.delete(this.#settled)
    return rejection
  }

  #advance(next: Waiting, length: number): void {
    const begins = next.offset === 0
    if (begins) this.#sequence++
    this.#credit.spend(begins ? 1 : 0, length)
    next.offset += length
    if (next.offset < next.message.length) return
    this.#waiting.shift()
    this.#backlog.leave(next.message.length)
    this.#inFlight.push(next.receipt)
  }

  /** Keeps what may not go now, unless too much waits already. */
  #post(head: Uint8Array, body: Uint8Array, receipt: Receipt, signal: AbortSignal | undefined): void {
    this.#assertSize(head, body)
    const error = this.#over ?? this.#keep(head, body, receipt, signal)
    if (error !== undefined) receipt.settle({ status: 'rejected', error })
  }

  /** @returns why it does not wait; undefined when it does */
  #keep(
    head: Uint8Array,
    body: Uint8Array,
    receipt: Receipt,
    signal: AbortSignal | undefined,
  ): SignalboxError | undefined {
    const heeding = signal === undefined ? undefined : new AbortableReceipt(receipt, signal)
    const waiting = this.#wait(head, body, heeding ?? receipt)
    if (waiting === undefined) {
      const why = `${this.#backlog} wait for this receiver already; await each send, or send less`
      return new SignalboxError('OVERFLOW', why)
    }
    heeding?.listen(() => this.#takeBack(waiting))
    return undefined
  }

  /** False when it is on its way: then its outcome will tell. */
  #takeBack(waiting: Waiting): boolean {
    if (waiting.offset > 0 || !this.#waiting.remove(waiting)) return false
    this.#backlog.leave(waiting.message.length)
    return true
  }

  /** Lets a message wait; undefined when too much does already. */
  #wait(head: Uint8Array, body: Uint8Array, receipt: Receipt): Waiting | undefined {
    const length = head.length + body.length
    if (!this.#backlog.enter(length)) return undefined
    const message = new Uint8Array(length)
    message.set(head)
    message.set(body, head.length)
    const waiting: Waiting = { message, receipt, offset: 0 }
    this.#waiting.push(waiting)
    this.track.wake(this)
    return waiting
  }

  /**
   * All parts of a message take one track. What a track carried when it died leaves again on the primary one, and
   * so does the rest, behind it.
   */
  #routeOf(next: Waiting): CountedTrack | undefined {
    if (next.on?.state === 'open') return next.on
    return this.track.route(next.message.length, this.#known && next.offset === 0)
  }

  #fitsOneFrame(length: number, on: CountedTrack): boolean {
    return length <= on.partSize && length <= this.#credit.width
  }

  #assertSize(head: Uint8Array, body: Uint8Array): number {
    const length = head.length + body.length
    if (length <= this.track.maxMessage) return length
    const why = `a message of ${length} B is over the ${this.track.maxMessage} B that the receiver takes; split it, or raise maxMessage there`
    throw new SignalboxError('FRAME_TOO_LARGE', why)
  }

  #finishIfQuiet(): void {
    if (this.#ending && this.#ended === undefined && this.quiet) this.track.finished(this)
  }
}
