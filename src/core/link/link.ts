import {
  type Clock,
  type CloseReason,
  isSignalboxError,
  type PeerIdentity,
  reasonOf,
  SignalboxError,
} from '../contracts/index.js'
import { ByteReader, ByteWriter, putVarint, varintLength, violation } from './bytes.js'
import { FIRST_LANE, FRAME_OVERHEAD, FrameKind, LABEL_LENGTH, ReservedLane } from './frames.js'
import type { Established, Session } from './handshake.js'
import { Heartbeat } from './heartbeat.js'
import { InboundLane, type LaneReplies, type LaneSink } from './inbound-lane.js'
import { type LaneTrack, OutboundLane } from './outbound-lane.js'
import { Queue } from './queue.js'
import { errorOf, readReason, writeReason } from './reason.js'
import type { Track } from './track.js'

/** Who receives what a link carries. */
export interface LinkHost {
  /** What the peer's node says on the control lane. */
  readonly control: LaneSink
  /** What the peer answers. It must accept at once: answers never wait (I7). */
  readonly replies: LaneSink
  /**
   * The peer opens a lane. The label says what for, in the nodes' own words; it is lent.
   * Whoever cannot serve it returns a sink that rejects.
   */
  laneOpened(label: Uint8Array): LaneSink
  /** The link is ready to send. Called once, before anything is delivered. */
  attached?(link: Link): void
}

/** What went over a link. */
export interface Traffic {
  readonly sent: { messages: number; bytes: number }
  readonly received: { messages: number; bytes: number }
}

/** How long {@link Link.close} waits for the outcomes of what is on its way, in milliseconds. */
const LINGER = 2000

/**
 * One association with one peer: many lanes over one track, each with its order and its credit.
 * The link never stops reading its track: what may arrive is bounded by what it granted.
 */
export class Link {
  readonly control: OutboundLane
  readonly replies: OutboundLane
  readonly traffic: Traffic = { sent: { messages: 0, bytes: 0 }, received: { messages: 0, bytes: 0 } }
  /** Resolves once, when nothing will come or go any more. */
  readonly closed: Promise<CloseReason>

  readonly #outbound = new Map<number, OutboundLane>()
  readonly #inbound = new Map<number, InboundLane>()
  readonly #input = new ByteReader(new Uint8Array())
  readonly #heartbeat: Heartbeat
  /** Control frames that wait for room on the track, in their order. */
  readonly #outbox = new Queue<Uint8Array>()
  /** Inbound lanes whose grant the peer has not heard yet. */
  readonly #unheard = new Set<InboundLane>()
  /** Outbound lanes that have something waiting, in turn. */
  readonly #awake = new Set<OutboundLane>()
  /** Inbound lanes that receive, or wait to receive, a message larger than their window. */
  readonly #excess: InboundLane[] = []
  readonly #laneTrack: LaneTrack
  readonly #laneReplies: LaneReplies
  #nextLane = FIRST_LANE
  #highestInbound = FIRST_LANE - 1
  #flushing = false
  #ended = false
  #closing: Promise<void> | undefined
  #quiet: (() => void) | undefined
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor(
    established: Established,
    private readonly track: Track,
    private readonly clock: Clock,
    private readonly host: LinkHost,
  ) {
    this.session = established.session
    const { mine, theirs } = this.session
    const partSize = Math.min(mine.maxFrame, theirs.maxFrame, track.maxFrame) - FRAME_OVERHEAD
    this.#laneTrack = {
      partSize,
      maxMessage: theirs.maxMessage,
      putData: (lane, sequence, head, body) => this.#putData(lane, sequence, head, body),
      putPart: (lane, sequence, offset, total, part) => this.#putPart(lane, sequence, offset, total, part),
      wake: lane => {
        this.#awake.add(lane)
        this.#flushSoon()
      },
      finished: lane => this.#finished(lane),
    }
    this.#laneReplies = {
      maxMessage: mine.maxMessage,
      settled: lane => {
        this.#unheard.add(lane)
        this.#flushSoon()
      },
      rejected: (lane, sequence, error) => this.#reject(lane, sequence, error),
      claimExcess: lane => {
        if (this.#excess.push(lane) === 1) lane.mayExceed()
      },
      releaseExcess: () => {
        this.#excess.shift()
        this.#excess[0]?.mayExceed()
      },
    }
    this.control = this.#addOutbound(ReservedLane.control)
    // An answer is owed for each question that was taken: their number is bounded by the questions' credit.
    this.replies = this.#addOutbound(ReservedLane.replies, Number.POSITIVE_INFINITY)
    this.#addInbound(ReservedLane.control, host.control)
    this.#addInbound(ReservedLane.replies, host.replies)
    this.#heartbeat = new Heartbeat(clock, mine.heartbeat, theirs.heartbeat, {
      beat: () => {
        if (this.#outbox.size === 0) this.#post(Uint8Array.of(FrameKind.ping))
      },
      silent: ms =>
        this.#abort(
          new SignalboxError('PEER_SILENT', `${theirs.node} was not heard for ${Math.round(ms)} ms`),
        ),
    })
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    const writable = track.writable$.subscribe(() => this.#flush())
    track.closed.then(reason => {
      writable.unsubscribe()
      this.#end(reason)
    })
    host.attached?.(this)
    established.handOver(frame => this.#receive(frame))
  }

  readonly session: Session

  /** The name of the peer's node. */
  get peer(): string {
    return this.session.theirs.node
  }

  /** Who the operating system, or nobody, says the peer is. */
  get remote(): PeerIdentity {
    return this.track.remote
  }

  /** Whether it has ended, or will soon. */
  get ended(): boolean {
    return this.#ended || this.#closing !== undefined
  }

  /**
   * Opens a lane: one more order of messages. `label` says what for.
   * @throws SignalboxError `CLOSED` when the link is; `LIMIT_EXCEEDED` when the peer takes no more lanes.
   */
  openLane(label: Uint8Array): OutboundLane {
    if (this.ended) throw new SignalboxError('CLOSED', `the link to ${this.peer} has ended`)
    if (this.#outbound.size - FIRST_LANE >= this.session.theirs.lanes) {
      const why = `${this.peer} takes ${this.session.theirs.lanes} lanes at once; stop some of what it is asked for, or raise its limit`
      throw new SignalboxError('LIMIT_EXCEEDED', why)
    }
    if (label.length > LABEL_LENGTH) {
      throw new SignalboxError('LIMIT_EXCEEDED', `a label of ${label.length} B is over ${LABEL_LENGTH} B`)
    }
    const lane = this.#addOutbound(this.#nextLane++)
    this.#post(new ByteWriter().u8(FrameKind.open).varint(lane.id).raw(label).done())
    return lane
  }

  /**
   * Waits for the outcomes of what is on its way, at most two seconds, says goodbye and ends.
   * Closing twice is harmless.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeGently()
    return this.#closing
  }

  /** Ends at once; what is on its way becomes unknown. */
  abort(error?: SignalboxError): void {
    this.#abort(error)
  }

  async #closeGently(): Promise<void> {
    if (!this.#ended && !this.#isQuiet()) {
      await new Promise<void>(resolve => {
        const timer = this.clock.after(LINGER, resolve)
        this.#quiet = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    if (!this.#ended) {
      this.#post(Uint8Array.of(FrameKind.bye))
      this.#flush()
      const timer = this.clock.after(LINGER, () => this.track.abort()) // a peer that does not read cannot hold us
      await this.track.close()
      timer.cancel()
    }
    await this.closed
  }

  #receive(frame: Uint8Array): void {
    if (this.#ended) return
    this.#heartbeat.heard()
    try {
      this.#dispatch(this.#input.reset(frame))
    } catch (thrown) {
      const error = isSignalboxError(thrown)
        ? thrown
        : new SignalboxError('HANDLER_FAILED', reasonOf(thrown), { cause: thrown })
      this.#abort(error)
    }
  }

  #dispatch(input: ByteReader): void {
    const kind = input.u8()
    switch (kind) {
      case FrameKind.data: {
        const lane = this.#inboundLane(input.varint())
        const sequence = input.varint()
        this.#count(input.left)
        lane.data(sequence, input.rest())
        return
      }
      case FrameKind.part: {
        const lane = this.#inboundLane(input.varint())
        const sequence = input.varint()
        const offset = input.varint()
        const total = input.varint()
        if (offset === 0) this.#count(total)
        lane.part(sequence, offset, total, input.rest())
        return
      }
      case FrameKind.grant: {
        const id = input.varint()
        const sequence = input.varint()
        const messages = input.varint()
        const bytes = input.varint()
        input.end()
        this.#outbound.get(id)?.granted(sequence, messages, bytes) // a lane that has ended needs none
        if (this.#quiet !== undefined && this.#isQuiet()) this.#quiet()
        return
      }
      case FrameKind.reject: {
        const id = input.varint()
        const sequence = input.varint()
        const error = errorOf(readReason(input))
        input.end()
        this.#outbound.get(id)?.rejected(sequence, error)
        return
      }
      case FrameKind.open: {
        const id = input.varint()
        if (input.left > LABEL_LENGTH) throw violation(`a label of ${input.left} B is over ${LABEL_LENGTH} B`)
        this.#opened(id, input.rest())
        return
      }
      case FrameKind.end: {
        const id = input.varint()
        input.end()
        const lane = this.#inboundLane(id)
        if (id < FIRST_LANE) throw violation('a reserved lane has no end')
        lane.end()
        this.#inbound.delete(id)
        return
      }
      case FrameKind.ping:
        input.end()
        return // hearing it is all that it is for
      case FrameKind.bye:
        input.end()
        this.#end({ by: 'peer' })
        void this.track.close()
        return
      default:
        throw violation(`0x${kind.toString(16)} is not a kind of frame`)
    }
  }

  #count(bytes: number): void {
    this.traffic.received.messages++
    this.traffic.received.bytes += bytes
  }

  #inboundLane(id: number): InboundLane {
    const lane = this.#inbound.get(id)
    if (lane === undefined) throw violation(`lane ${id} is not open`)
    return lane
  }

  #opened(id: number, label: Uint8Array): void {
    if (id <= this.#highestInbound) throw violation(`lane ${id} is opened a second time`)
    if (this.#inbound.size - FIRST_LANE >= this.session.mine.lanes)
      throw violation('it opens more lanes than it may')
    this.#highestInbound = id
    this.#addInbound(id, this.host.laneOpened(label))
  }

  #addInbound(id: number, sink: LaneSink): void {
    this.#inbound.set(id, new InboundLane(id, this.#laneReplies, sink, this.session.mine.window))
  }

  #addOutbound(id: number, mayWait?: number): OutboundLane {
    const lane = new OutboundLane(id, this.#laneTrack, this.session.theirs.window, mayWait)
    this.#outbound.set(id, lane)
    return lane
  }

  #finished(lane: OutboundLane): void {
    if (!this.#outbound.delete(lane.id)) return
    this.#awake.delete(lane)
    this.#post(new ByteWriter().u8(FrameKind.end).varint(lane.id).done())
  }

  #reject(lane: InboundLane, sequence: number, error: SignalboxError): void {
    const out = new ByteWriter().u8(FrameKind.reject).varint(lane.id).varint(sequence)
    this.#post(writeReason(out, error.code, error.message).done())
  }

  #putData(lane: number, sequence: number, head: Uint8Array, body: Uint8Array): boolean {
    // An open lane's announcement, or a rejection, may still wait: nothing overtakes them.
    if (this.#outbox.size > 0) return false
    const prefix = 1 + varintLength(lane) + varintLength(sequence)
    const room = this.track.reserve(prefix + head.length + body.length)
    if (room === undefined) return false
    room[0] = FrameKind.data
    putVarint(room, putVarint(room, 1, lane), sequence)
    room.set(head, prefix)
    room.set(body, prefix + head.length)
    return this.#commit() && this.#counted(head.length + body.length)
  }

  #putPart(lane: number, sequence: number, offset: number, total: number, part: Uint8Array): boolean {
    if (this.#outbox.size > 0) return false
    const prefix =
      1 + varintLength(lane) + varintLength(sequence) + varintLength(offset) + varintLength(total)
    const room = this.track.reserve(prefix + part.length)
    if (room === undefined) return false
    room[0] = FrameKind.part
    putVarint(room, putVarint(room, putVarint(room, putVarint(room, 1, lane), sequence), offset), total)
    room.set(part, prefix)
    return this.#commit() && (offset > 0 || this.#counted(total))
  }

  #counted(bytes: number): true {
    this.traffic.sent.messages++
    this.traffic.sent.bytes += bytes
    return true
  }

  #commit(): boolean {
    this.#heartbeat.spoke()
    return this.track.commit()
  }

  /** Sends a control frame now, or as soon as there is room, in order with the others. */
  #post(frame: Uint8Array): void {
    if (this.#ended) return
    this.#outbox.push(frame)
    this.#drainOutbox()
  }

  #drainOutbox(): boolean {
    for (let frame = this.#outbox.peek(); frame !== undefined; frame = this.#outbox.peek()) {
      if (!this.#put(frame)) return false
      this.#outbox.shift()
    }
    return true
  }

  #put(frame: Uint8Array): boolean {
    const room = this.track.reserve(frame.length)
    if (room === undefined) return false
    room.set(frame)
    return this.#commit()
  }

  /** Once a turn: what was accepted in this turn is told in one grant per lane. */
  #flushSoon(): void {
    if (this.#flushing || this.#ended) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#ended || !this.#drainOutbox() || !this.#grantAll()) return
    for (const lane of this.#awake) {
      this.#awake.delete(lane)
      if (!lane.pump()) {
        this.#awake.add(lane) // the track is full; writable$ comes back here
        return
      }
    }
  }

  #grantAll(): boolean {
    for (const lane of this.#unheard) {
      const out = new ByteWriter().u8(FrameKind.grant).varint(lane.id).varint(lane.sequence)
      if (!this.#put(out.varint(lane.credit.messages).varint(lane.credit.bytes).done())) return false
      this.#unheard.delete(lane)
    }
    return true
  }

  #isQuiet(): boolean {
    for (const lane of this.#outbound.values()) if (!lane.quiet) return false
    return true
  }

  #abort(error?: SignalboxError): void {
    if (this.#ended) return
    this.track.abort(error)
    this.#end(error === undefined ? { by: 'us' } : { by: 'fault', error })
  }

  #end(reason: CloseReason): void {
    if (this.#ended) return
    this.#ended = true
    this.#heartbeat.stop()
    const why = whyEnded(this.peer, reason)
    for (const lane of this.#outbound.values()) lane.fail(why)
    for (const lane of this.#inbound.values()) lane.over()
    this.#outbox.clear()
    this.#awake.clear()
    this.#unheard.clear()
    this.#quiet?.()
    this.#resolveClosed(this.#closing !== undefined && reason.by === 'peer' ? { by: 'us' } : reason)
  }
}

function whyEnded(peer: string, reason: CloseReason): SignalboxError {
  switch (reason.by) {
    case 'us':
      return new SignalboxError('CLOSED', `the link to ${peer} was closed here`)
    case 'peer':
      return new SignalboxError('CLOSED', `${peer} closed the link or died`)
    case 'fault':
      return reason.error
  }
}
