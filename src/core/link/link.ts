import {
  type Clock,
  type CloseReason,
  isSignalboxError,
  type PeerIdentity,
  reasonOf,
  SignalboxError,
} from '../contracts/index.js'
import type { SessionKey } from './authentication.js'
import type { ByteReader } from './byte-reader.js'
import type { CountedTrack } from './counted-track.js'
import { Departures } from './departures.js'
import { ExcessTurn } from './excess-turn.js'
import { farewell } from './farewell.js'
import { type FrameReceiver, readFrame } from './frame-reader.js'
import { encodeBye, encodeFault, encodeOpen, encodeReject } from './frame-writer.js'
import { FIRST_LANE, LABEL_LENGTH, ReservedLane } from './frames.js'
import type { Established, Session } from './handshake.js'
import { hangUp, LINGER } from './hang-up.js'
import { InboundLane, type LaneReplies, type LaneSink } from './inbound-lane.js'
import type { Joinable } from './join.js'
import type { LinkOptions } from './link-options.js'
import { OutboundLane } from './outbound-lane.js'
import { errorOf, type Reason } from './reason.js'
import { SessionTracks } from './session-tracks.js'
import { SizeWatch } from './size-watch.js'
import type { Track, TrackSink } from './track.js'
import { count, noTraffic, type TrackReport, type Traffic } from './traffic.js'
import { violation } from './violation.js'
import { WideWindows } from './wide-windows.js'

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
  /**
   * No track is left, and the session waits for one: see {@link LinkOptions.resume}. The side that dialled is the one
   * to dial again, and to join; either may know that nobody is there to come back.
   */
  stranded?(link: Link): void
}

/**
 * Answers that may wait for a peer that does not take them: as many as it can ask for while it is busy, but
 * not without end, since a question's credit returns before it is answered.
 */
const ANSWERS_MAY_WAIT = 65_536

/** The number of the track that a session begins with. */
const FIRST_TRACK = 1

/**
 * One association with one peer: many lanes, each with its order and its credit, over one track or several, which
 * may come and die while it goes on. The link never stops reading: what may arrive is bounded by what it granted.
 */
export class Link implements Joinable {
  readonly control: OutboundLane
  readonly replies: OutboundLane
  readonly traffic: Traffic = noTraffic()
  /** Resolves once, when nothing will come or go any more. */
  readonly closed: Promise<CloseReason>

  readonly #outbound = new Map<number, OutboundLane>()
  readonly #inbound = new Map<number, InboundLane>()
  /** The lane of the message that came last: the next one is mostly of the same. */
  #latest: InboundLane | undefined
  readonly #departures: Departures
  readonly #laneReplies: LaneReplies
  readonly #receiver: FrameReceiver
  readonly #tracks: SessionTracks
  readonly #sizes = new SizeWatch()
  readonly #wideWindows: WideWindows
  #nextLane = FIRST_LANE
  #highestInbound = FIRST_LANE - 1
  #ended = false
  #closing: Promise<void> | undefined
  /** Called when all that was sent has its outcome, while {@link close} waits for that. */
  #quiet: (() => void) | undefined
  #resolveClosed: (reason: CloseReason) => void = () => {}

  /** Who the operating system, or nobody, says the peer is, by the first track. */
  readonly remote: PeerIdentity
  /** The track whose frame is being read. */
  #reading: CountedTrack | undefined

  constructor(
    established: Established,
    track: Track,
    private readonly clock: Clock,
    private readonly host: LinkHost,
    options: LinkOptions = {},
  ) {
    this.session = established.session
    this.remote = track.remote
    this.#wideWindows = new WideWindows(this.session.mine.window)
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    this.#tracks = new SessionTracks(this.session, clock, options, {
      movable: () => this.#departures.flushSoon(),
      stranded: () => this.#stranded(),
      violated: error => this.accuse(error),
      over: reason => this.#end(reason),
    })
    this.#departures = new Departures(this.#tracks.set, this.session.theirs.maxMessage, {
      messageSent: (on, bytes) => {
        count(this.traffic.sent, bytes)
        count(on.traffic.sent, bytes)
        this.#sizes.saw(bytes)
      },
      laneLeft: lane => this.#outbound.delete(lane.id),
    })
    this.#laneReplies = this.#createLaneReplies()
    this.#receiver = this.#createReceiver()
    this.control = this.#addOutbound(ReservedLane.control)
    this.replies = this.#addOutbound(ReservedLane.replies, ANSWERS_MAY_WAIT)
    this.#addInbound(ReservedLane.control, host.control)
    this.#addInbound(ReservedLane.replies, host.replies)
    const first = this.#tracks.add(FIRST_TRACK, track)
    host.attached?.(this)
    established.handOver(frame => this.#receive(first, frame))
  }

  readonly session: Session

  /** The name of the peer's node. */
  get peer(): string {
    return this.session.theirs.node
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

  /**
   * Ends at once; what is on its way becomes unknown.
   * @param error why: the peer died, for example, and that is certain
   */
  abort(error?: SignalboxError): void {
    this.#end(error === undefined ? { by: 'us' } : { by: 'fault', error }, tracks => {
      for (const track of tracks) track.abort(error)
    })
  }

  /**
   * Ends at once because of what the peer did, and tells it so as soon as a track has room, within two seconds.
   * @param error what it did
   */
  accuse(error: SignalboxError): void {
    this.#end({ by: 'fault', error }, tracks => void farewell(tracks, encodeFault(error), this.clock))
  }

  /** The numbers of the tracks that carry it now. */
  get tracks(): readonly number[] {
    return this.#tracks.set.live.map(track => track.id)
  }

  /** What its tracks run over, as far as that is known, the primary one first; after the last one, what that ran over. */
  get ways(): readonly TrackReport[] {
    return this.#tracks.set.ways
  }

  /** What one of them carried; undefined when it is gone. */
  trafficOf(track: number): Traffic | undefined {
    return this.#tracks.set.live.find(({ id }) => id === track)?.traffic
  }

  /** Resolves when the next message of at least `bytes` bytes begins to come or leave, or when the signal fires. */
  messageOf(bytes: number, signal: AbortSignal): Promise<void> {
    return this.#sizes.next(bytes, signal)
  }

  /** Whether it waits for a track. */
  get stranded(): boolean {
    return this.#tracks.stranded
  }

  /**
   * Lets nothing new leave on a track; it closes when both sides have received everything that it carried.
   * @throws SignalboxError `CLOSED` when there is no such track, or no other one.
   */
  retire(track: number): void {
    this.#tracks.set.drain(track)
  }

  get key(): SessionKey {
    return this.session
  }

  get maxFrame(): number {
    return this.session.mine.maxFrame
  }

  /**
   * A number for a track that is about to join; to be called on the dialling side.
   * @throws SignalboxError `HANDSHAKE_REFUSED` where the link was made for one track.
   */
  issueTrack(): number {
    return this.#tracks.issue()
  }

  objectionTo(id: number): SignalboxError | undefined {
    return this.ended ? this.#over() : this.#tracks.objectionTo(id)
  }

  attach(id: number, track: Track, handOver: (sink: TrackSink) => void): void {
    if (this.#ended) throw this.#over()
    const added = this.#tracks.add(id, track)
    handOver(frame => this.#receive(added, frame))
  }

  async #closeGently(): Promise<void> {
    if (!this.#ended && !this.stranded && !this.#isQuiet()) {
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
      let gone: Promise<void> | undefined
      this.#end({ by: 'us' }, tracks => {
        gone = farewell(tracks, encodeBye(), this.clock)
      })
      await gone
    }
    await this.closed
  }

  /** A session that is being closed needs no other track. */
  #stranded(): void {
    if (this.ended) this.#end({ by: 'us' })
    else this.host.stranded?.(this)
  }

  #over(): SignalboxError {
    return new SignalboxError('CLOSED', `the session with ${this.peer} has ended; begin a new one`)
  }

  #receive(track: CountedTrack, frame: ByteReader): void {
    if (this.#ended || track.state === 'retired') return // it is said how much of it was received: no more (I6)
    track.took(frame.next, frame.left)
    this.#reading = track
    try {
      readFrame(frame, this.#receiver)
    } catch (thrown) {
      this.accuse(
        isSignalboxError(thrown)
          ? thrown
          : new SignalboxError('HANDLER_FAILED', reasonOf(thrown), { cause: thrown }),
      )
    }
    if (track.ackIsDue) this.#departures.flushSoon()
  }

  #createReceiver(): FrameReceiver {
    return {
      data: (id, sequence, message) => {
        const bytes = message.left
        this.#inboundLane(id).data(sequence, message)
        this.#messageCame(bytes)
      },
      part: (id, sequence, offset, total, part) => {
        this.#inboundLane(id).part(sequence, offset, total, part)
        if (offset === 0) this.#messageCame(total)
      },
      grant: (id, sequence, messages, bytes) => {
        this.#outbound.get(id)?.granted(sequence, messages, bytes) // a lane that has ended needs none
        if (this.#quiet !== undefined && this.#isQuiet()) this.#quiet()
      },
      reject: (id, sequence, reason) => this.#outbound.get(id)?.rejected(sequence, errorOf(reason)),
      open: (id, label) => this.#opened(id, label),
      end: id => this.#laneEnded(id),
      ping: () => {}, // hearing it is all that it is for
      bye: () => this.#hungUp({ by: 'peer' }),
      fault: reason => this.#hungUp({ by: 'fault', error: this.#accusation(reason) }),
      ack: received => {
        this.#reading?.confirm(received)
        this.#departures.confirmed()
      },
      retired: (id, received) => this.#tracks.set.peerRetired(id, received),
      drain: () => this.#reading !== undefined && this.#tracks.set.peerDrains(this.#reading),
    }
  }

  #messageCame(bytes: number): void {
    count(this.traffic.received, bytes)
    this.#sizes.saw(bytes)
    if (this.#reading !== undefined) count(this.#reading.traffic.received, bytes)
  }

  #createLaneReplies(): LaneReplies {
    const excess = new ExcessTurn()
    const tracks = this.#tracks.set
    return {
      maxMessage: this.session.mine.maxMessage,
      get mayReorder() {
        return tracks.mayReorder
      },
      settled: (lane, urgent) => this.#departures.grant(lane, urgent),
      rejected: (lane, sequence, error) => {
        const text = this.#departures.crowded ? '' : error.message
        this.#departures.post(encodeReject(lane.id, sequence, error.code, text))
      },
      claimExcess: lane => excess.claim(lane),
      releaseExcess: lane => excess.release(lane),
      tight: ({ credit }, length) => {
        if (this.#reading?.track.holds) this.#wideWindows.widen(credit, length)
      },
    }
  }

  #inboundLane(id: number): InboundLane {
    if (this.#latest?.id === id) return this.#latest
    const lane = this.#inbound.get(id)
    if (lane === undefined) throw violation(`lane ${id} is not open`)
    this.#latest = lane
    return lane
  }

  /** The peer has said its last word. */
  #hungUp(reason: CloseReason): void {
    this.#end(reason, tracks => {
      for (const track of tracks) void hangUp(track, this.clock)
    })
  }

  #accusation(reason: Reason): SignalboxError {
    const theirs = errorOf(reason)
    return new SignalboxError(theirs.code, `${this.peer} ended the session: ${theirs.message}`, {
      cause: theirs,
    })
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
    this.#latest = undefined
    this.#wideWindows.release(lane.credit)
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

  /** @param endTracks ends the tracks that are left */
  #end(reason: CloseReason, endTracks: (tracks: readonly Track[]) => void = abortAll): void {
    if (this.#ended) return
    this.#ended = true
    this.#departures.stop()
    this.#tracks.stop(endTracks)
    const why = whyEnded(this.peer, reason)
    for (const lane of this.#outbound.values()) lane.fail(why)
    for (const lane of this.#inbound.values()) lane.over()
    this.#quiet?.()
    this.#resolveClosed(this.#closing !== undefined && reason.by === 'peer' ? { by: 'us' } : reason)
  }
}

function abortAll(tracks: readonly Track[]): void {
  for (const track of tracks) track.abort()
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
