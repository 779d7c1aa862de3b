import type { Encoder } from '../contracts/index.js'
import type { CountedTrack } from './counted-track.js'
import type { FrameRoom } from './frame-room.js'
import {
  dataLength,
  encodeEnd,
  grantLength,
  partLength,
  writeData,
  writeDataHead,
  writeGrant,
  writePart,
} from './frame-writer.js'
import type { InboundLane } from './inbound-lane.js'
import type { LaneTrack, OutboundLane } from './outbound-lane.js'
import { Queue } from './queue.js'
import type { TrackSet } from './track-set.js'

/** What departures tell their link. */
export interface DepartureListener {
  /** A message of `bytes` began to leave. */
  messageSent(on: CountedTrack, bytes: number): void
  /** The last word of a lane left. */
  laneLeft(lane: OutboundLane): void
}

/** A settled promise: what is chained to it runs as a microtask, at half the price of `queueMicrotask`. */
const soon = Promise.resolve()

/** Control frames that wait beyond which they are to be kept short. */
const CROWD = 256

/**
 * What leaves, and in which order. On the primary track: control frames as they were posted, then grants, then
 * the ends of lanes, then what waits in lanes, in turn. Messages of lanes that the peer knows may take any track.
 * While there is no room, all of it is bounded: control frames by the lanes and the credit that the two sides
 * granted each other, grants and ends by the number of lanes.
 */
export class Departures implements LaneTrack {
  readonly #posted = new Queue<Uint8Array>()
  /** Inbound lanes whose grant the peer has not heard yet. */
  readonly #granting = new Set<InboundLane>()
  readonly #ending = new Set<OutboundLane>()
  /** Outbound lanes that have something waiting, in turn. */
  readonly #awake = new Set<OutboundLane>()
  #flushing = false
  /** Grants wait for the end of what is being read. */
  #reading = false
  /** Some of them left with a message since, and the others need not. */
  #rode = false
  /** A value is being written straight into a track. */
  #encoding = false
  #stopped = false

  constructor(
    private readonly tracks: TrackSet,
    readonly maxMessage: number,
    private readonly listener: DepartureListener,
  ) {}

  /** Whether control frames pile up because the peer does not read. */
  get crowded(): boolean {
    return this.#posted.size >= CROWD
  }

  /** Sends a control frame now, or as soon as there is room, in order with the others. */
  post(frame: Uint8Array): void {
    if (this.#stopped) return
    this.#posted.push(frame)
    this.#sendPosted()
    if (this.#granting.size > 0) this.flushSoon()
  }

  /**
   * Tells the peer what a lane settled and what it may send. A grant by itself costs both sides more than many
   * messages, so what is not urgent leaves with the first message of a turn, or when all was read that had arrived.
   * What is leaves while others are still read, so that the peer sends the next ones meanwhile.
   */
  grant(lane: InboundLane, urgent: boolean): void {
    if (this.#stopped) return
    this.#granting.add(lane)
    if (!urgent) this.#flushAfterReading()
    else if (this.#encoding || !this.#sendPosted() || !this.#sendGrants()) this.flushSoon()
  }

  /** The lane has ended: there is nothing to grant any more. */
  forget(lane: InboundLane): void {
    this.#granting.delete(lane)
  }

  wake(lane: OutboundLane): void {
    if (this.#stopped) return
    this.#awake.add(lane)
    this.flushSoon()
  }

  finished(lane: OutboundLane): void {
    if (this.#stopped) return
    this.#awake.delete(lane)
    this.#ending.add(lane)
    this.flushSoon()
  }

  route(bytes: number, anyTrack: boolean): CountedTrack | undefined {
    if (this.#encoding) return undefined // its room must not be given to others
    const track = this.tracks.route(bytes, anyTrack)
    // The lane's announcement, or a rejection, may still wait: nothing overtakes them.
    return this.#posted.size > 0 && track === this.tracks.primary ? undefined : track
  }

  putData(on: CountedTrack, lane: number, sequence: number, head: Uint8Array, body: Uint8Array): boolean {
    const length = head.length + body.length
    const room = on.reserve(dataLength(lane, sequence, length))
    if (room === undefined) return false
    writeData(room, lane, sequence, head, body)
    if (!on.commit()) return false
    this.#left(on, length)
    return true
  }

  putValue(
    lane: number,
    sequence: number,
    head: Uint8Array,
    encoder: Encoder,
    value: unknown,
    most: number,
  ): number | undefined {
    const on = this.#encoding || this.#posted.size > 0 ? undefined : this.tracks.primaryUpTo(most)
    const atMost = on === undefined ? 0 : Math.min(most, on.partSize)
    if (on === undefined || head.length > atMost) return undefined
    const room = on.reserve(dataLength(lane, sequence, atMost))
    if (room === undefined) return undefined
    writeDataHead(room, lane, sequence)
    const before = room.length
    if (!this.#encoded(room.raw(head), encoder, value)) return undefined
    const length = room.length - before
    if (this.#stopped || !on.commit()) return undefined
    this.#left(on, length)
    return length
  }

  putPart(
    on: CountedTrack,
    lane: number,
    sequence: number,
    offset: number,
    total: number,
    part: Uint8Array,
  ): boolean {
    const room = on.reserve(partLength(lane, sequence, offset, total, part.length))
    if (room === undefined) return false
    writePart(room, lane, sequence, offset, total, part)
    if (!on.commit()) return false
    if (offset === 0) this.#left(on, total)
    return true
  }

  /** Sends what waits, as far as there is room. */
  flush(): void {
    if (this.#stopped || this.#encoding) return
    this.tracks.maintain(this.#granting.size > 0)
    const roomForMore = this.tracks.settle() && this.#sendPosted() && this.#sendGrants() && this.#sendEnds()
    // A full primary track does not keep lanes from the others.
    if (!roomForMore && this.tracks.live.length < 2) return
    const lanes = this.tracks.live.length < 2 ? this.#awake : [...this.#awake]
    for (const lane of lanes) {
      this.#awake.delete(lane)
      if (lane.pump()) continue
      this.#awake.add(lane) // its track is full: it goes on when that is writable
      if (lanes === this.#awake) return
    }
  }

  flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    soon.then(this.#flushNow)
  }

  readonly #flushNow = (): void => {
    this.#flushing = false
    this.flush()
  }

  /** A track may have room again, or be done with: sends what waited for that. */
  confirmed(): void {
    const grants = this.#granting.size > 0 && !this.#reading // those that have a time to leave need no room yet
    const waits = grants || this.#posted.size > 0 || this.#awake.size > 0 || this.#ending.size > 0
    if (waits || !this.tracks.isSteady) this.flushSoon()
  }

  #flushAfterReading(): void {
    if (this.#reading) return
    this.#reading = true
    setImmediate(this.#afterReading)
  }

  readonly #afterReading = (): void => {
    this.#reading = false
    this.#rode = false
    if (this.#granting.size > 0) this.flush()
  }

  /** A message of `bytes` began to leave: grants that wait go with it, once in a turn of the event loop. */
  #left(on: CountedTrack, bytes: number): void {
    this.listener.messageSent(on, bytes)
    if (this.#granting.size === 0 || this.#rode) return
    this.#rode = this.#reading
    this.flushSoon()
  }

  /** Nothing leaves any more. */
  stop(): void {
    this.#stopped = true
    this.#posted.clear()
    this.#granting.clear()
    this.#ending.clear()
    this.#awake.clear()
  }

  /** A getter of the value may do anything, but not write while the value is being written. */
  #encoded(room: FrameRoom, encoder: Encoder, value: unknown): boolean {
    this.#encoding = true
    try {
      return room.value(encoder, value)
    } finally {
      this.#encoding = false
      if (this.#posted.size > 0) this.flushSoon()
    }
  }

  #sendPosted(): boolean {
    if (this.#encoding) return false
    for (let frame = this.#posted.peek(); frame !== undefined; frame = this.#posted.peek()) {
      if (!this.#put(frame)) return false
      this.#posted.shift()
    }
    return true
  }

  #sendGrants(): boolean {
    for (const lane of this.#granting) {
      const { id, sequence } = lane
      const { messages, bytes } = lane.credit
      const primary = this.tracks.primary
      const room = primary?.reserve(grantLength(id, sequence, messages, bytes))
      if (primary === undefined || room === undefined) return false
      writeGrant(room, id, sequence, messages, bytes)
      if (!primary.commit()) return false
      this.#granting.delete(lane)
      lane.granted()
    }
    return true
  }

  #sendEnds(): boolean {
    for (const lane of this.#ending) {
      if (!this.#put(encodeEnd(lane.id))) return false
      this.#ending.delete(lane)
      this.listener.laneLeft(lane)
    }
    return true
  }

  #put(frame: Uint8Array): boolean {
    return this.tracks.primary?.put(frame) ?? false
  }
}
