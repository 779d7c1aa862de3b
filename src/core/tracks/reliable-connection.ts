import {
  type Clock,
  type Connection,
  isSignalboxError,
  type Limits,
  type PeerIdentity,
  SignalboxError,
  type Timer,
} from '../contracts/index.js'
import { DerivedConnection } from './derived-connection.js'
import { ReceivingWindow } from './receiving-window.js'
import { CONTENT_HEADER, LARGEST_ACK, readReliablePacket, WIDEST_WINDOW } from './reliable-packet.js'
import { FIRST_ROOM, SendingWindow } from './sending-window.js'

/** Bytes of frames that are held for a reader that is behind, as far as frames are that small. */
const HELD = 1024 * 1024

/** Time-outs in a row before silence counts: a process that was stalled itself has one, however long it was. */
const UNANSWERED = 4

/**
 * Milliseconds after which a peer that has ended is told again that all of it arrived, in case it did not hear that:
 * at first, and twice as long each time; beyond the last it is left alone.
 */
const LINGER = { first: 100, last: 1600 } as const

const NO_BYTES = new Uint8Array(0)

/** What a reliable track did to be one. */
export interface Repairs {
  /** Packets with frames that left, repetitions included. */
  readonly sent: number
  /** Those that were repetitions. */
  readonly repeated: number
  /** Frames that arrived again. */
  readonly duplicates: number
  /** Packets that arrived damaged. */
  readonly damaged: number
}

/** A track that loses frames, and what finds out and repeats them. */
export class ReliableConnection extends DerivedConnection {
  readonly limits: Limits
  readonly #sending: SendingWindow
  readonly #receiving: ReceivingWindow
  #damaged = 0
  #timer: Timer | undefined
  /** When the peer counts as late, by the clock. */
  #due = 0
  #heardAt = 0
  #unanswered = 0
  #acknowledging = false
  /** The track did not take an acknowledgement. */
  #acknowledgeLater = false
  #closing: Promise<void> | undefined
  #peerEnded = false

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
    private readonly silence: number,
  ) {
    super()
    const { maxFrame } = connection.limits
    if (maxFrame < LARGEST_ACK) throw tooNarrow(maxFrame)
    this.limits = Object.freeze({ maxFrame: maxFrame - CONTENT_HEADER })
    this.#sending = new SendingWindow(packet => connection.send(packet))
    this.#receiving = new ReceivingWindow(
      // Two sequences more may arrive than there is room for, and acknowledgements have bits for all.
      Math.max(FIRST_ROOM, Math.min(WIDEST_WINDOW - 2, Math.floor(HELD / maxFrame))),
      () => this.inbox.size,
      (frame, owned) => this.#deliver(frame, owned),
    )
    const writable = connection.writable$.subscribe(() => this.#goOn())
    connection.closed.then(reason => {
      writable.unsubscribe()
      this.#timer?.cancel()
      if (this.#closing === undefined) this.endAfterDelivery(reason)
      else this.end({ by: 'us' })
    })
    connection.receive(({ bytes }) => this.#take(bytes))
  }

  get remote(): PeerIdentity {
    return this.connection.remote
  }

  /** What was repaired so far. */
  get repairs(): Repairs {
    return { ...this.#sending.counts, duplicates: this.#receiving.duplicates, damaged: this.#damaged }
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    if (frame.length > this.limits.maxFrame) throw tooLarge(frame.length, this.limits.maxFrame)
    if (this.ended || this.#closing !== undefined || !this.#sending.open) return this.refuse()
    this.#push('content', frame)
    return 'sent'
  }

  /** Resolves when the peer has acknowledged everything, and that this was all. */
  close(): Promise<void> {
    this.#closing ??= this.#closeGently()
    return this.#closing
  }

  abort(error?: SignalboxError): void {
    this.#timer?.cancel()
    this.connection.abort(error)
    this.end(error === undefined ? { by: 'us' } : { by: 'fault', error })
  }

  protected override onDelivered(): void {
    if (this.#receiving.hasOpened) this.#acknowledgeSoon()
    super.onDelivered()
  }

  async #closeGently(): Promise<void> {
    if (!this.ended) this.#push('end', NO_BYTES)
    await this.closed
  }

  #push(kind: 'content' | 'end', frame: Uint8Array): void {
    const now = this.clock.now()
    if (this.#sending.empty) this.#heardAt = now // nobody was asked to answer until now
    this.#sending.push(kind, frame, now)
    this.#watch(now)
  }

  #take(bytes: Uint8Array): void {
    try {
      const packet = readReliablePacket(bytes)
      if (packet === undefined) {
        this.#damaged++
        return
      }
      this.#heardAt = this.clock.now()
      this.#unanswered = 0
      if (packet.kind === 'ack') {
        if (this.#sending.acknowledged(packet, this.#heardAt)) this.#restart()
        this.#continue()
      } else {
        this.#acknowledgeSoon()
        this.#receiving.take(packet)
        if (this.#peerEnded) this.#linger(LINGER.first)
      }
    } catch (thrown) {
      if (!isSignalboxError(thrown)) throw thrown
      this.abort(thrown)
    }
  }

  #deliver(frame: Uint8Array | undefined, owned: boolean): void {
    if (frame !== undefined) {
      this.inbox.push(frame, owned)
      return
    }
    if (this.#closing !== undefined) return // our own end is on its way: its acknowledgement ends this
    this.#peerEnded = true
    this.endAfterDelivery({ by: 'peer' })
  }

  #linger(ms: number): void {
    this.#timer?.cancel()
    this.#timer = this.clock.after(ms, () => {
      this.#acknowledge()
      if (ms < LINGER.last) this.#linger(2 * ms)
      else void this.connection.close()
    })
  }

  /** The track takes packets again. */
  #goOn(): void {
    if (this.#acknowledgeLater) this.#acknowledge()
    if (this.ended) return
    this.#sending.flush(this.clock.now())
    this.#continue()
  }

  /** Something was acknowledged, or left. */
  #continue(): void {
    if (this.ended) return
    if (this.#sending.empty && this.#closing !== undefined) void this.connection.close()
    else if (this.#sending.open) this.retry()
  }

  /** Once a turn, however much arrived. */
  #acknowledgeSoon(): void {
    if (this.#acknowledging) return
    this.#acknowledging = true
    queueMicrotask(() => {
      this.#acknowledging = false
      this.#acknowledge()
    })
  }

  #acknowledge(): void {
    this.#acknowledgeLater = this.connection.send(this.#receiving.acknowledgement()) === 'full'
  }

  #watch(now: number): void {
    if (this.#timer !== undefined) return
    this.#due = now + this.#sending.roundTrip.timeout
    this.#timer = this.clock.after(this.#due - now, () => this.#expired())
  }

  /** The peer answers: it gets the whole time again. */
  #restart(): void {
    if (this.ended) return
    if (this.#sending.empty) {
      this.#timer?.cancel()
      this.#timer = undefined
    } else this.#due = this.#heardAt + this.#sending.roundTrip.timeout
  }

  #expired(): void {
    this.#timer = undefined
    const now = this.clock.now()
    if (now < this.#due) {
      this.#timer = this.clock.after(this.#due - now, () => this.#expired())
      return
    }
    const silence = now - this.#heardAt
    if (++this.#unanswered > UNANSWERED && silence > this.silence) {
      // That the peer knows of the end is all that lacks: it has left with everything else.
      if (this.#sending.onlyEndLeft) this.abort()
      else this.abort(new SignalboxError('PEER_SILENT', `nothing was answered for ${Math.round(silence)} ms`))
      return
    }
    this.#sending.timedOut(now)
    this.#watch(now)
  }
}

function tooNarrow(maxFrame: number): SignalboxError {
  return new SignalboxError(
    'FRAME_TOO_LARGE',
    `frames of ${maxFrame} B have no room for an acknowledgement of ${LARGEST_ACK} B; use a track with larger ones`,
  )
}

function tooLarge(length: number, largest: number): SignalboxError {
  return new SignalboxError(
    'FRAME_TOO_LARGE',
    `a frame of ${length} B is over the ${largest} B that this track repeats as one; use a link (it cuts messages into parts)`,
  )
}
