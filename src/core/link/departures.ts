import {
  dataLength,
  encodeEnd,
  grantLength,
  partLength,
  writeData,
  writeGrant,
  writePart,
} from './frame-writer.js'
import type { InboundLane } from './inbound-lane.js'
import type { LaneTrack, OutboundLane } from './outbound-lane.js'
import { Queue } from './queue.js'
import type { Track } from './track.js'

/** What departures tell their link. */
export interface DepartureListener {
  /** Something went to the peer. */
  sent(): void
  /** A message of `bytes` began to leave. */
  messageSent(bytes: number): void
  /** The last word of a lane left. */
  laneLeft(lane: OutboundLane): void
}

/** Control frames that wait beyond which they are to be kept short. */
const CROWD = 256

/**
 * What leaves over the track, and in which order: control frames as they were posted, then grants, then the
 * ends of lanes, then what waits in lanes, in turn. While the track is full, all of it is bounded: control frames
 * by the lanes and the credit that the two sides granted each other, grants and ends by the number of lanes.
 */
export class Departures implements LaneTrack {
  readonly #posted = new Queue<Uint8Array>()
  /** Inbound lanes whose grant the peer has not heard yet. */
  readonly #granting = new Set<InboundLane>()
  readonly #ending = new Set<OutboundLane>()
  /** Outbound lanes that have something waiting, in turn. */
  readonly #awake = new Set<OutboundLane>()
  #flushing = false
  #stopped = false

  /** @param partSize bytes of the largest message or part of one that fits a frame */
  constructor(
    private readonly track: Track,
    readonly partSize: number,
    readonly maxMessage: number,
    private readonly listener: DepartureListener,
  ) {}

  /** Whether control frames pile up because the peer does not read. */
  get crowded(): boolean {
    return this.#posted.size >= CROWD
  }

  /** Whether control frames wait: then something will be heard of us as soon as there is room. */
  get waiting(): boolean {
    return this.#posted.size > 0
  }

  /** Sends a control frame now, or as soon as there is room, in order with the others. */
  post(frame: Uint8Array): void {
    if (this.#stopped) return
    this.#posted.push(frame)
    this.#sendPosted()
  }

  /** Tells the peer soon what a lane settled and what it may send: once a turn, however much it was. */
  grantSoon(lane: InboundLane): void {
    if (this.#stopped) return
    this.#granting.add(lane)
    this.#flushSoon()
  }

  /** The lane has ended: there is nothing to grant any more. */
  forget(lane: InboundLane): void {
    this.#granting.delete(lane)
  }

  wake(lane: OutboundLane): void {
    if (this.#stopped) return
    this.#awake.add(lane)
    this.#flushSoon()
  }

  finished(lane: OutboundLane): void {
    if (this.#stopped) return
    this.#awake.delete(lane)
    this.#ending.add(lane)
    this.#flushSoon()
  }

  putData(lane: number, sequence: number, head: Uint8Array, body: Uint8Array): boolean {
    // The lane's announcement, or a rejection, may still wait: nothing overtakes them.
    if (this.#posted.size > 0) return false
    const length = head.length + body.length
    const room = this.track.reserve(dataLength(lane, sequence, length))
    if (room === undefined) return false
    writeData(room, lane, sequence, head, body)
    if (!this.#commit()) return false
    this.listener.messageSent(length)
    return true
  }

  putPart(lane: number, sequence: number, offset: number, total: number, part: Uint8Array): boolean {
    if (this.#posted.size > 0) return false
    const room = this.track.reserve(partLength(lane, sequence, offset, total, part.length))
    if (room === undefined) return false
    writePart(room, lane, sequence, offset, total, part)
    if (!this.#commit()) return false
    if (offset === 0) this.listener.messageSent(total)
    return true
  }

  /** Sends what waits, as far as there is room. */
  flush(): void {
    if (this.#stopped || !this.#sendPosted() || !this.#sendGrants() || !this.#sendEnds()) return
    for (const lane of this.#awake) {
      this.#awake.delete(lane)
      if (!lane.pump()) {
        this.#awake.add(lane) // the track is full: it goes on when the track is writable
        return
      }
    }
  }

  /** Nothing leaves any more. */
  stop(): void {
    this.#stopped = true
    this.#posted.clear()
    this.#granting.clear()
    this.#ending.clear()
    this.#awake.clear()
  }

  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.flush()
    })
  }

  #sendPosted(): boolean {
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
      const room = this.track.reserve(grantLength(id, sequence, messages, bytes))
      if (room === undefined) return false
      writeGrant(room, id, sequence, messages, bytes)
      if (!this.#commit()) return false
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
    const room = this.track.reserve(frame.length)
    if (room === undefined) return false
    room.raw(frame)
    return this.#commit()
  }

  #commit(): boolean {
    this.listener.sent()
    return this.track.commit()
  }
}
