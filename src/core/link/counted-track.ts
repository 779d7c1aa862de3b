import type { Clock, SignalboxError } from '../contracts/index.js'
import type { FrameRoom } from './frame-room.js'
import { ackLength, encodeDrain, encodePing, writeAck } from './frame-writer.js'
import { FRAME_OVERHEAD, isCounted, leavesAgain } from './frames.js'
import { hangUp } from './hang-up.js'
import { Heartbeat } from './heartbeat.js'
import { keptLength, ReplayBuffer } from './replay-buffer.js'
import { largestFrame, type Track } from './track.js'
import { type PaceSample, TrackPace } from './track-pace.js'
import { noTraffic } from './traffic.js'
import { violation } from './violation.js'
import type { Way } from './way.js'

/** What the tracks of one session have in common. */
export interface TrackSettings {
  readonly clock: Clock
  /** Bytes of the largest frame that both sides take, on a track that does not hold frames itself. */
  readonly maxFrame: number
  /** Milliseconds within which we are to be heard, and the peer. */
  readonly heartbeat: { readonly mine: number; readonly theirs: number }
  /** Bytes of unconfirmed frames that a track keeps before it counts as full; 0 where nothing can leave again. */
  readonly replay: number
  /** Bytes received after which the peer hears of it at once. */
  readonly ackAfter: number
  /** Told how fast a track is; see {@link TrackPace}. */
  readonly observed: ((way: Way, sample: PaceSample) => void) | undefined
}

/**
 * A track of a session. Both sides count the frames that it carried: when it dies, the receiver's count tells the
 * sender which frames have to leave again on another track. That is all that keeps them from loss and repetition,
 * for a track is in order until it dies.
 */
export class CountedTrack {
  /** Bytes of the largest message, or part of one, that fits a frame of this track. */
  readonly partSize: number
  /**
   * Frames that it carried and the peer has not confirmed; after its end, those that leave again. While it is alive
   * there are none here where the track itself holds them.
   */
  readonly replay: ReplayBuffer
  /** The messages that it carried. */
  readonly traffic = noTraffic()
  state: 'open' | 'draining' | 'retired' = 'open'
  /** The peer sends nothing new on it. */
  peerDrains = false
  /** Of a retired track: how many of its frames the peer received is known, and `replay` holds the others. */
  settled = false

  readonly #heartbeat: Heartbeat
  readonly #pace: TrackPace | undefined
  /** Whether `replay` holds what was not confirmed. */
  #keeps: boolean
  /** Whether what it holds is copied as it lies, many frames at once. */
  readonly #copiesLater: boolean
  #room: FrameRoom | undefined
  #sent = 0
  #confirmed = 0
  #received = 0
  /** What the peer was told of `#received`, and bytes that came since. */
  #told = 0
  #untold = 0
  #saidDrain = false
  /** It would not take a frame, and was not writable since. */
  #refused = false
  #closing = false

  /**
   * @param id its generation: the first track of a session is 1, no number is used twice
   * @param silent the peer was not heard on it for too long
   */
  constructor(
    readonly id: number,
    readonly track: Track,
    private readonly settings: TrackSettings,
    silent: (milliseconds: number) => void,
  ) {
    this.partSize = Math.min(largestFrame(track, settings.maxFrame), track.maxFrame) - FRAME_OVERHEAD
    this.#keeps = settings.replay > 0 && !track.holds
    this.replay = new ReplayBuffer(settings.replay)
    this.#copiesLater = this.#keeps && track.keepsUntil(() => this.replay.copyStaying())
    const { way } = track
    const { observed, clock } = settings
    if (way !== undefined && observed !== undefined)
      this.#pace = new TrackPace(clock, sample => observed(way, sample))
    const { mine, theirs } = settings.heartbeat
    this.#heartbeat = new Heartbeat(settings.clock, mine, theirs, { beat: () => this.#beat(), silent })
  }

  /** What it runs over; undefined where nobody said so. */
  get way(): Way | undefined {
    return this.track.way
  }

  /** Frames received. */
  get received(): number {
    return this.#received
  }

  /** Frames sent. */
  get sent(): number {
    return this.#sent
  }

  /** Frames sent that the peer is known to have received. */
  get confirmed(): number {
    return this.#confirmed
  }

  /** Whether the peer received all that was sent. */
  get isConfirmed(): boolean {
    return this.#confirmed === this.#sent
  }

  /** Whether the peer should hear at once how much was received. */
  get ackIsDue(): boolean {
    return this.#untold >= this.settings.ackAfter || (this.peerDrains && this.#told < this.#received)
  }

  /** Room for a counted frame of up to `length` bytes, until the next call; undefined when the track is full. */
  reserve(length: number): FrameRoom | undefined {
    if (this.#keeps && this.replay.full) return undefined
    this.#room = this.track.reserve(length)
    return this.#room
  }

  /** Whether a message of `length` bytes, or its first part, can be sent now. */
  hasRoom(length: number): boolean {
    return !this.#refused && this.reserve(Math.min(length, this.partSize) + FRAME_OVERHEAD) !== undefined
  }

  /** What was refused may be tried again. */
  writable(): void {
    this.#refused = false
  }

  /** Sends what was written into the room that was reserved last. False where the track would not take it: it is as if never reserved. */
  commit(): boolean {
    const room = this.#room
    if (room === undefined) return false
    if (this.#copiesLater) this.replay.keepStaying(room)
    else if (this.#keeps) this.replay.keep(room) // now: afterwards the room is the track's again
    if (!this.track.commit()) {
      this.#refused = true
      if (this.#keeps) this.replay.forgetLast(room.length)
      return false
    }
    this.#sent++
    this.#pace?.left(room.length)
    this.#heartbeat.spoke()
    return true
  }

  /** Sends a counted frame; false when the track is full. */
  put(frame: Uint8Array): boolean {
    const room = this.reserve(frame.length)
    if (room === undefined) return false
    room.raw(frame)
    return this.commit()
  }

  /** Accounts for a frame of `kind` and `length` bytes that came. To be called before anything is done with it. */
  took(kind: number, length: number): void {
    this.#heartbeat.heard()
    if (!isCounted(kind)) return
    this.#received++
    this.#untold += keptLength(length)
  }

  /** Tells the peer how much was received, if it has not heard; false when the track is full. */
  acknowledge(): boolean {
    if (this.#told === this.#received) return true
    const room = this.track.reserve(ackLength(this.#received))
    if (room === undefined) return false
    writeAck(room, this.#received)
    if (!this.#commitUncounted()) return false
    this.#told = this.#received
    this.#untold = 0
    return true
  }

  /** The peer received `count` frames in all. @throws SignalboxError `PROTOCOL_VIOLATION` */
  confirm(count: number): void {
    if (count > this.#sent || count < this.#confirmed)
      throw violation(`it received ${count} frames where ${this.#confirmed} to ${this.#sent} are possible`)
    if (this.#keeps) this.replay.drop(count - this.#confirmed)
    this.#confirmed = count
    this.#pace?.confirmed(count)
  }

  /** Says that nothing new follows; false when the track is full. */
  sayDrain(): boolean {
    this.#saidDrain ||= this.#putUncounted(encodeDrain())
    return this.#saidDrain
  }

  /** Closes it once neither side has anything more for it and both received everything. */
  closeWhenDrained(): void {
    const drained = this.#saidDrain && this.peerDrains && this.isConfirmed && this.#told === this.#received
    if (!drained || this.#closing) return
    this.#closing = true
    void hangUp(this.track, this.settings.clock)
  }

  /** Nothing that still comes is of interest. */
  retire(error?: SignalboxError): void {
    this.state = 'retired'
    this.stop()
    this.track.abort(error)
    if (this.settings.replay > 0 && this.track.holds) this.#keepUntaken()
  }

  /** Ends its timers. */
  stop(): void {
    this.#heartbeat.stop()
  }

  /** What the track held is ours from here on. What is missing there was taken, and what was confirmed leaves again no more. */
  #keepUntaken(): void {
    for (const frame of this.track.untaken()) if (leavesAgain(frame[0] ?? 0)) this.replay.add(frame)
    const taken = this.#sent - this.replay.count
    this.replay.drop(Math.max(0, this.#confirmed - taken))
    this.#confirmed = Math.max(this.#confirmed, taken)
    this.#keeps = true
  }

  /** A full track needs no beat: what fills it is heard when the peer reads. */
  #beat(): void {
    if (this.#told < this.#received) this.acknowledge()
    else this.#putUncounted(encodePing())
  }

  #putUncounted(frame: Uint8Array): boolean {
    const room = this.track.reserve(frame.length)
    if (room === undefined) return false
    room.raw(frame)
    return this.#commitUncounted()
  }

  #commitUncounted(): boolean {
    if (!this.track.commit()) return false
    this.#heartbeat.spoke()
    return true
  }
}
