import { isSignalboxError, reasonOf, SignalboxError } from '../contracts/index.js'
import { ReceiverCredit } from './credit.js'
import type { Grant } from './hello.js'
import { Queue } from './queue.js'
import { violation } from './violation.js'

/**
 * Where a lane's messages go. Returning accepts, a promise accepts when it resolves; throwing or
 * rejecting rejects with that error. The bytes are lent until `accept` returns.
 */
export interface LaneSink {
  accept(message: Uint8Array): void | Promise<void>
  /** The sender has ended the lane, or the session is over. Nothing comes after it. It must not throw. */
  ended?(): void
}

/** What a lane needs of its link to answer. */
export interface LaneReplies {
  /** Bytes of the largest message that is put together from parts. */
  readonly maxMessage: number
  /** Tells the peer soon what was settled and what it may send. */
  settled(lane: InboundLane): void
  /** Tells the peer that a message was rejected, before the grant that settles it. */
  rejected(lane: InboundLane, sequence: number, error: SignalboxError): void
  /** Calls {@link InboundLane.mayExceed} when this lane may receive a message that is larger than its window. */
  claimExcess(lane: InboundLane): void
  /** That message is settled. */
  releaseExcess(lane: InboundLane): void
}

/** A message on its way in parts. The buffer grows with what really came, not with what was promised. */
interface Assembly {
  readonly total: number
  buffer: Uint8Array
  filled: number
  /** Bytes whose credit was given back before the message was whole. */
  advanced: number
}

/** One order of messages from the peer: acceptance follows sequence, and credit follows acceptance. */
export class InboundLane {
  readonly credit: ReceiverCredit
  /** Whole messages that wait for those before them. Their bytes are the lane's own. */
  readonly #queue = new Queue<Uint8Array>()
  #received = 0
  #settled = 0
  #told = 0
  #accepting = false
  #assembly: Assembly | undefined
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
  }

  /** A whole message arrived. @throws SignalboxError `PROTOCOL_VIOLATION` */
  data(sequence: number, message: Uint8Array): void {
    this.#assertNext(sequence)
    if (this.#assembly !== undefined) throw violation('a message begins before the one in parts is whole')
    this.#assertSize(message.length)
    this.credit.use(1, message.length)
    this.#received++
    if (this.#accepting) this.#queue.push(message.slice())
    else this.#accept(message, 0)
  }

  /** A part of a message arrived. @throws SignalboxError `PROTOCOL_VIOLATION` */
  part(sequence: number, offset: number, total: number, part: Uint8Array): void {
    this.#assertNext(sequence)
    this.#assertSize(total)
    if (part.length === 0) throw violation('a part is empty')
    this.#assembly ??= {
      total,
      buffer: new Uint8Array(Math.min(total, 2 * part.length)),
      filled: 0,
      advanced: 0,
    }
    const assembly = this.#assembly
    if (assembly.total !== total || assembly.filled !== offset || offset + part.length > total) {
      throw violation('a part does not continue its message')
    }
    this.credit.use(offset === 0 ? 1 : 0, part.length)
    append(assembly, part)
    if (assembly.filled === total) this.#assembled(assembly)
    else this.#receiveExcess()
  }

  /** It is this lane's turn to receive more than its window. */
  mayExceed(): void {
    this.#excess = 'allowed'
    this.#advanceCredit()
  }

  /** The sender, who knows that all is settled, ended the lane. @throws SignalboxError `PROTOCOL_VIOLATION` */
  end(): void {
    // A peer that could end lanes whose answers it never read could make us pile up answers.
    if (this.#told < this.#received || this.#assembly !== undefined)
      throw violation('a lane ends before its messages are settled')
    this.over()
  }

  /** The lane, or the whole session, is over. */
  over(): void {
    if (this.#over) return
    this.#over = true
    this.#queue.clear()
    this.#assembly = undefined
    this.sink.ended?.()
  }

  #assertNext(sequence: number): void {
    if (sequence !== this.#received + 1)
      throw violation(`message ${sequence} of a lane comes after ${this.#received}`)
  }

  #assertSize(length: number): void {
    if (length > this.replies.maxMessage)
      throw violation(`a message of ${length} B is over the ${this.replies.maxMessage} B allowed`)
  }

  #assembled(assembly: Assembly): void {
    this.#assembly = undefined
    this.#excess = 'none' // the turn was for this message, and lasts until it is settled
    this.#received++
    // What waits never had its credit back before: see #receiveExcess.
    if (this.#accepting) this.#queue.push(assembly.buffer)
    else this.#accept(assembly.buffer, assembly.advanced)
  }

  /**
   * Receives more of a message that no window could hold. Its turn is claimed when all before it is settled:
   * a lane whose receiver is blocked must not keep the turn from the others.
   */
  #receiveExcess(): void {
    if (this.#assembly === undefined || this.#assembly.total <= this.credit.window.bytes) return
    if (this.#excess === 'allowed') this.#advanceCredit()
    else if (this.#excess === 'none' && !this.#accepting) {
      this.#excess = 'claimed'
      this.replies.claimExcess(this)
    }
  }

  /** Gives back credit for the parts that came. */
  #advanceCredit(): void {
    const assembly = this.#assembly
    if (assembly === undefined) return
    const bytes = assembly.filled - assembly.advanced
    assembly.advanced = assembly.filled
    this.credit.giveBack(0, bytes)
    this.replies.settled(this)
  }

  /** @param advanced bytes of it whose credit was given back already */
  #accept(message: Uint8Array, advanced: number): void {
    const accepted = this.#hand(message)
    if (accepted === undefined) this.#settle(message.length, advanced)
    else this.#acceptLater(accepted, message.length, advanced)
  }

  #hand(message: Uint8Array): void | Promise<void> {
    try {
      return this.sink.accept(message)
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
        while (!this.#accepting) {
          const next = this.#queue.shift()
          if (next === undefined) break
          this.#accept(next, 0)
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

  #settle(length: number, advanced: number): void {
    this.#settled++
    this.credit.giveBack(1, length - advanced)
    if (length > this.credit.window.bytes) this.replies.releaseExcess(this)
    this.replies.settled(this)
  }
}

function append(assembly: Assembly, part: Uint8Array): void {
  const needed = assembly.filled + part.length
  if (needed > assembly.buffer.length) {
    const larger = new Uint8Array(Math.min(assembly.total, Math.max(needed, 2 * assembly.buffer.length)))
    larger.set(assembly.buffer.subarray(0, assembly.filled))
    assembly.buffer = larger
  }
  assembly.buffer.set(part, assembly.filled)
  assembly.filled = needed
}
