import { isSignalboxError, reasonOf, SignalboxError } from '../contracts/index.js'
import { Assembly } from './assembly.js'
import { ByteReader } from './byte-reader.js'
import { ReceiverCredit } from './credit.js'
import type { Grant } from './hello.js'
import { Queue } from './queue.js'
import { violation } from './violation.js'
import { WideWindows } from './wide-windows.js'

/**
 * Where a lane's messages go. Returning accepts, a promise accepts when it resolves; throwing or
 * rejecting rejects with that error. The bytes are lent until `accept` returns.
 */
export interface LaneSink {
  accept(message: Uint8Array): void | Promise<void>
  /**
   * Present where a sink reads messages where they lie: it is called in the place of `accept`, and no view is made.
   * The reader is lent, too.
   */
  read?(message: ByteReader): void | Promise<void>
  /** The sender has ended the lane, or the session is over. Nothing comes after it. It must not throw. */
  ended?(): void
}

/** What a lane needs of its link to answer. */
export interface LaneReplies {
  /** Bytes of the largest message that is put together from parts. */
  readonly maxMessage: number
  /** Whether messages may come in another order than they were sent: there are, or were, several tracks. */
  readonly mayReorder: boolean
  /**
   * Tells the peer what was settled and what it may send, and then the lane that it did: see {@link InboundLane.granted}.
   * @param urgent the peer may soon have no credit left
   */
  settled(lane: InboundLane, urgent: boolean): void
  /** Tells the peer that a message was rejected, before the grant that settles it. */
  rejected(lane: InboundLane, sequence: number, error: SignalboxError): void
  /** Calls {@link InboundLane.mayExceed} when this lane may receive a message that is larger than its window. */
  claimExcess(lane: InboundLane): void
  /** That message is settled. */
  releaseExcess(lane: InboundLane): void
  /** A message of `length` bytes was accepted at once, and hardly more of them fit the lane's window, which may be widened. */
  tight(lane: InboundLane, length: number): void
}

/** One order of messages from the peer: acceptance follows sequence, and credit follows acceptance. */
export class InboundLane {
  readonly credit: ReceiverCredit
  /** Whole messages that wait for those before them. Their bytes are the lane's own. */
  readonly #queue = new Queue<Uint8Array>()
  #received = 0
  #settled = 0
  #told = 0
  /** The peer is to hear of what was settled, and at once. */
  #owesGrant = false
  #hurries = false
  #accepting = false
  /** What came in parts, or before a message that is still on its way, by sequence. */
  readonly #early = new Map<number, Assembly>()
  #excess: 'none' | 'claimed' | 'allowed' = 'none'
  #over = false

  constructor(
    readonly id: number,
    private readonly replies: LaneReplies,
    private readonly sink: LaneSink,
    window: Grant,
  ) {
    this.credit = new ReceiverCredit(window)
  }

  /** The last sequence number up to which every message is accepted or rejected. */
  get sequence(): number {
    return this.#settled
  }

  /** The peer was sent a grant for what is settled now. */
  granted(): void {
    this.#told = this.#settled
    this.#owesGrant = false
    this.#hurries = false
    this.credit.told()
  }

  /** A whole message arrived. @throws SignalboxError `PROTOCOL_VIOLATION` */
  data(sequence: number, message: ByteReader): void {
    const isNext = this.#assertExpected(sequence)
    if (this.#early.size > 0 && this.#early.has(sequence))
      throw violation('a message begins before the one in parts is whole')
    this.#assertSize(message.left)
    this.credit.use(1, message.left)
    if (!isNext) {
      this.#early.set(sequence, Assembly.whole(message.rest()))
      return
    }
    this.#received++
    if (this.#accepting) this.#queue.push(message.rest().slice())
    else this.#accept(message, 0)
    if (this.#early.size > 0) this.#receiveEarly()
  }

  /** A part of a message arrived. @throws SignalboxError `PROTOCOL_VIOLATION` */
  part(sequence: number, offset: number, total: number, part: Uint8Array): void {
    const isNext = this.#assertExpected(sequence)
    this.#assertSize(total)
    if (part.length === 0) throw violation('a part is empty')
    this.credit.use(offset === 0 ? 1 : 0, part.length)
    // The sender may fill the window with the next message, and with no other one besides.
    const expected = isNext ? this.credit.window.bytes : 2 * part.length
    const assembly = this.#early.get(sequence) ?? new Assembly(total, expected)
    assembly.add(offset, total, part)
    this.#early.set(sequence, assembly)
    if (assembly.isWhole) this.#receiveEarly()
    else this.#receiveExcess()
  }

  /** It is this lane's turn to receive more than its window. */
  mayExceed(): void {
    this.#excess = 'allowed'
    this.#receiveExcess()
  }

  /** The sender, who knows that all is settled, ended the lane. @throws SignalboxError `PROTOCOL_VIOLATION` */
  end(): void {
    // A peer that could end lanes whose answers it never read could make us pile up answers.
    if (this.#told < this.#received || this.#early.size > 0)
      throw violation('a lane ends before its messages are settled')
    this.over()
  }

  /** The lane, or the whole session, is over. */
  over(): void {
    if (this.#over) return
    this.#over = true
    this.#queue.clear()
    this.#early.clear()
    this.sink.ended?.()
  }

  /**
   * Whether `sequence` is the next one; later ones may come before it over another track. The credit bounds how
   * many, for a message has to be granted before it is sent (I4).
   */
  #assertExpected(sequence: number): boolean {
    if (sequence === this.#received + 1) return true
    if (sequence > this.#received && sequence <= this.credit.messages && this.replies.mayReorder) return false
    throw violation(`message ${sequence} of a lane comes after ${this.#received}`)
  }

  #assertSize(length: number): void {
    if (length > this.replies.maxMessage)
      throw violation(`a message of ${length} B is over the ${this.replies.maxMessage} B allowed`)
  }

  /** Receives all that no message on its way is in front of. */
  #receiveEarly(): void {
    for (let next = this.#next; next?.isWhole && !this.#over; next = this.#next) {
      this.#received++
      this.#early.delete(this.#received)
      if (next.advanced > 0) this.#excess = 'none' // the turn was for this message, and lasts until it is settled
      // What waits never had its credit back before: see #receiveExcess.
      if (this.#accepting) this.#queue.push(next.message)
      else this.#accept(new ByteReader(next.message), next.advanced)
    }
    this.#receiveExcess()
  }

  /** What came of the message that is to be received next. */
  get #next(): Assembly | undefined {
    return this.#early.get(this.#received + 1)
  }

  /**
   * Receives more of a message that no window could hold. Its turn is claimed when all before it is settled:
   * a lane whose receiver is blocked must not keep the turn from the others.
   */
  #receiveExcess(): void {
    const next = this.#next
    if (next === undefined || next.total <= this.credit.window.bytes) return
    if (this.#excess === 'allowed') this.#advanceCredit(next)
    else if (this.#excess === 'none' && !this.#accepting) {
      this.#excess = 'claimed'
      this.replies.claimExcess(this)
    }
  }

  /** Gives back credit for the parts that came. */
  #advanceCredit(assembly: Assembly): void {
    const bytes = assembly.filled - assembly.advanced
    if (bytes === 0) return
    assembly.advanced = assembly.filled
    this.credit.giveBack(0, bytes)
    this.#oweGrant()
  }

  /** @param advanced bytes of it whose credit was given back already */
  #accept(message: ByteReader, advanced: number): void {
    const length = message.left
    const accepted = this.#hand(message)
    if (accepted !== undefined) this.#acceptLater(accepted, length, advanced)
    else {
      this.#settle(length, advanced)
      if (WideWindows.isTight(this.credit, length)) this.replies.tight(this, length)
      this.#oweGrant()
    }
  }

  #hand(message: ByteReader): void | Promise<void> {
    try {
      return this.sink.read === undefined ? this.sink.accept(message.rest()) : this.sink.read(message)
    } catch (error) {
      return this.#reject(error)
    }
  }

  #acceptLater(accepted: Promise<void>, length: number, advanced: number): void {
    this.#accepting = true
    accepted
      .catch((error: unknown) => this.#reject(error))
      .then(() => {
        this.#accepting = false
        if (this.#over) return
        this.#settle(length, advanced)
        this.#oweGrant()
        while (!this.#accepting) {
          const next = this.#queue.shift()
          if (next === undefined) break
          this.#accept(new ByteReader(next), 0)
        }
        this.#receiveExcess()
      })
  }

  #reject(thrown: unknown): void {
    if (this.#over) return
    const error = isSignalboxError(thrown)
      ? thrown
      : new SignalboxError('HANDLER_FAILED', reasonOf(thrown), { cause: thrown })
    this.replies.rejected(this, this.#settled + 1, error)
  }

  /** Once for all that is settled until the grant leaves, and once more when the sender is about to run dry. */
  #oweGrant(): void {
    const urgent = this.credit.isLow
    if (this.#owesGrant && (this.#hurries || !urgent)) return
    this.#owesGrant = true
    this.#hurries = urgent
    this.replies.settled(this, urgent)
  }

  #settle(length: number, advanced: number): void {
    this.#settled++
    this.credit.giveBack(1, length - advanced)
    if (length > this.credit.window.bytes) this.replies.releaseExcess(this)
  }
}
