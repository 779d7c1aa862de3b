import {
  type Clock,
  type CloseReason,
  isSignalboxError,
  type PeerIdentity,
  reasonOf,
  SignalboxError,
} from '../contracts/index.js'
import type { ByteReader } from './byte-reader.js'
import { Departures } from './departures.js'
import { ExcessTurn } from './excess-turn.js'
import { type FrameReceiver, readFrame } from './frame-reader.js'
import { encodeBye, encodeOpen, encodePing, encodeReject } from './frame-writer.js'
import { FIRST_LANE, FRAME_OVERHEAD, LABEL_LENGTH, ReservedLane } from './frames.js'
import type { Established, Session } from './handshake.js'
import { hangUp, LINGER } from './hang-up.js'
import { Heartbeat } from './heartbeat.js'
import { InboundLane, type LaneReplies, type LaneSink } from './inbound-lane.js'
import { OutboundLane } from './outbound-lane.js'
import { errorOf } from './reason.js'
import type { Track } from './track.js'
import { violation } from './violation.js'

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

/**
 * Answers that may wait for a peer that does not take them: as many as it can ask for while it is busy, but
 * not without end, since a question's credit returns before it is answered.
 */
const ANSWERS_MAY_WAIT = 65_536

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
  readonly #departures: Departures
  readonly #laneReplies: LaneReplies
  readonly #receiver: FrameReceiver
  readonly #heartbeat: Heartbeat
  #nextLane = FIRST_LANE
  #highestInbound = FIRST_LANE - 1
  #ended = false
  #closing: Promise<void> | undefined
  /** Called when all that was sent has its outcome, while {@link close} waits for that. */
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
    this.#departures = new Departures(track, partSize, theirs.maxMessage, {
      sent: () => this.#heartbeat.spoke(),
      messageSent: bytes => count(this.traffic.sent, bytes),
      laneLeft: lane => this.#outbound.delete(lane.id),
    })
    this.#laneReplies = this.#createLaneReplies()
    this.#receiver = this.#createReceiver()
    this.control = this.#addOutbound(ReservedLane.control)
    this.replies = this.#addOutbound(ReservedLane.replies, ANSWERS_MAY_WAIT)
    this.#addInbound(ReservedLane.control, host.control)
    this.#addInbound(ReservedLane.replies, host.replies)
    this.#heartbeat = new Heartbeat(clock, mine.heartbeat, theirs.heartbeat, {
      beat: () => {
        if (!this.#departures.waiting) this.#departures.post(encodePing())
      },
      silent: ms => {
        const why = `${theirs.node} was not heard for ${Math.round(ms)} ms`
        this.abort(new SignalboxError('PEER_SILENT', why))
      },
    })
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    const writable = track.writable$.subscribe(() => this.#departures.flush())
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
    this.#departures.post(encodeOpen(lane.id, label))
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
    if (this.#ended) return
    this.track.abort(error)
    this.#end(error === undefined ? { by: 'us' } : { by: 'fault', error })
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
      this.#departures.flush() // outcomes that the peer waits for go first
      this.#departures.post(encodeBye())
      await hangUp(this.track, this.clock)
    }
    await this.closed
  }

  #receive(frame: ByteReader): void {
    if (this.#ended) return
    this.#heartbeat.heard()
    try {
      readFrame(frame, this.#receiver)
    } catch (thrown) {
      this.abort(
        isSignalboxError(thrown)
          ? thrown
          : new SignalboxError('HANDLER_FAILED', reasonOf(thrown), { cause: thrown }),
      )
    }
  }

  #createReceiver(): FrameReceiver {
    return {
      data: (id, sequence, message) => {
        this.#inboundLane(id).data(sequence, message)
        count(this.traffic.received, message.length)
      },
      part: (id, sequence, offset, total, part) => {
        this.#inboundLane(id).part(sequence, offset, total, part)
        if (offset === 0) count(this.traffic.received, total)
      },
      grant: (id, sequence, messages, bytes) => {
        this.#outbound.get(id)?.granted(sequence, messages, bytes) // a lane that has ended needs none
        if (this.#quiet !== undefined && this.#isQuiet()) this.#quiet()
      },
      reject: (id, sequence, reason) => this.#outbound.get(id)?.rejected(sequence, errorOf(reason)),
      open: (id, label) => this.#opened(id, label),
      end: id => this.#laneEnded(id),
      ping: () => {}, // hearing it is all that it is for
      bye: () => {
        this.#end({ by: 'peer' })
        void hangUp(this.track, this.clock)
      },
    }
  }

  #createLaneReplies(): LaneReplies {
    const excess = new ExcessTurn()
    return {
      maxMessage: this.session.mine.maxMessage,
      settled: lane => this.#departures.grantSoon(lane),
      rejected: (lane, sequence, error) => {
        const text = this.#departures.crowded ? '' : error.message
        this.#departures.post(encodeReject(lane.id, sequence, error.code, text))
      },
      claimExcess: lane => excess.claim(lane),
      releaseExcess: lane => excess.release(lane),
    }
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

  #laneEnded(id: number): void {
    const lane = this.#inboundLane(id)
    if (id < FIRST_LANE) throw violation('a reserved lane has no end')
    lane.end()
    this.#inbound.delete(id)
    this.#departures.forget(lane)
  }

  #addInbound(id: number, sink: LaneSink): void {
    this.#inbound.set(id, new InboundLane(id, this.#laneReplies, sink, this.session.mine.window))
  }

  #addOutbound(id: number, mayWait?: number): OutboundLane {
    const lane = new OutboundLane(id, this.#departures, this.session.theirs.window, mayWait)
    this.#outbound.set(id, lane)
    return lane
  }

  #isQuiet(): boolean {
    for (const lane of this.#outbound.values()) if (!lane.quiet) return false
    return true
  }

  #end(reason: CloseReason): void {
    if (this.#ended) return
    this.#ended = true
    this.#heartbeat.stop()
    const why = whyEnded(this.peer, reason)
    for (const lane of this.#outbound.values()) lane.fail(why)
    for (const lane of this.#inbound.values()) lane.over()
    this.#departures.stop()
    this.#quiet?.()
    this.#resolveClosed(this.#closing !== undefined && reason.by === 'peer' ? { by: 'us' } : reason)
  }
}

function count(traffic: { messages: number; bytes: number }, bytes: number): void {
  traffic.messages++
  traffic.bytes += bytes
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
