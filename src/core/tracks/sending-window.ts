import { type AckPacket, contentPacket, stamp, violated, WIDEST_WINDOW } from './reliable-packet.js'
import { RoundTrip } from './round-trip.js'

/** Sequences that may be sent before the peer said what it has room for; every receiver has so much. */
export const FIRST_ROOM = 16

/** By how many transmissions one must be overtaken to count as lost. */
const OVERTAKEN = 3

/** How many of the oldest frames are repeated when nothing at all is answered. */
const REPEATED_AT_TIMEOUT = 8

interface InFlight {
  readonly sequence: number
  readonly packet: Buffer
  /** Its latest transmission, 0 before the first. */
  transmission: number
  sentAt: number
  /** The transmission before that, 0 where there was none. */
  earlier: number
  earlierSentAt: number
  /** It was sent although the peer had no room, to hear when it has some. */
  asksForRoom: boolean
}

/** What a sending window does with packets. */
export type Transmit = (packet: Uint8Array) => 'sent' | 'full'

/**
 * The frames that left and are not acknowledged. A frame is repeated when several later transmissions arrived and it
 * did not (RFC 9002, section 6.1.1), or when nothing is answered for too long. Where packets overtake each other, the
 * later transmissions must also have left later than those that were overtaken so far (as in RFC 8985).
 */
export class SendingWindow {
  readonly roundTrip = new RoundTrip()
  /** Transmissions in all, and how many of them were repetitions. */
  readonly counts = { sent: 0, repeated: 0 }
  readonly #inFlight = new Map<number, InFlight>()
  /** What is to be transmitted as soon as the track takes it. */
  readonly #due = new Set<InFlight>()
  #next = 0
  #endedAt: number | undefined
  #limit = FIRST_ROOM
  /** The highest transmission that arrived, and when it left. */
  #heard = 0
  #heardSentAt = 0
  /** Milliseconds by which one transmission was seen to overtake another; -1 while none was. */
  #overtaking = -1

  constructor(private readonly transmit: Transmit) {}

  /** Whether nothing waits for its acknowledgement. */
  get empty(): boolean {
    return this.#inFlight.size === 0
  }

  /** Whether all frames arrived, and only the end of them is not acknowledged. */
  get onlyEndLeft(): boolean {
    return this.#endedAt !== undefined && this.#inFlight.size === 1 && this.#inFlight.has(this.#endedAt)
  }

  /** Whether one more frame may be sent. With nothing in flight one always may: its repetition asks for room. */
  get open(): boolean {
    if (this.empty) return true
    return this.#due.size === 0 && this.#next < this.#limit && this.#inFlight.size < WIDEST_WINDOW
  }

  /** Sends a frame, or the end of all frames, which needs no room. @param now ms */
  push(kind: 'content' | 'end', frame: Uint8Array, now: number): void {
    const sequence = this.#next++
    if (kind === 'end') this.#endedAt = sequence
    const entry: InFlight = {
      sequence,
      packet: contentPacket(kind, sequence, frame),
      transmission: 0,
      sentAt: 0,
      earlier: 0,
      earlierSentAt: 0,
      asksForRoom: kind === 'content' && sequence >= this.#limit,
    }
    this.#inFlight.set(sequence, entry)
    this.#due.add(entry)
    this.flush(now)
  }

  /** Transmits what is due, as far as the track takes it. @param now ms */
  flush(now: number): void {
    for (const entry of this.#due) {
      stamp(entry.packet, this.counts.sent + 1)
      if (this.transmit(entry.packet) === 'full') return
      this.#due.delete(entry)
      this.counts.sent++
      if (entry.transmission > 0) this.counts.repeated++
      entry.earlier = entry.transmission
      entry.earlierSentAt = entry.sentAt
      entry.transmission = this.counts.sent
      entry.sentAt = now
    }
  }

  /**
   * Learns what arrived; true when something did that was not known to have.
   * @param now ms
   * @throws SignalboxError `PROTOCOL_VIOLATION` for an acknowledgement of what was never sent.
   */
  acknowledged(ack: AckPacket, now: number): boolean {
    if (ack.next > this.#next || ack.highest >= this.#next || ack.heard > this.counts.sent) {
      throw violated('it acknowledges what was never sent')
    }
    const arrived = [...this.#inFlight.values()].filter(
      ({ sequence }) => sequence < ack.next || ack.has(sequence),
    )
    for (const entry of arrived) this.#arrived(entry, ack.heard)
    if (ack.heard > this.#heard) this.#hear(ack.heard, arrived, now)
    this.#limit = Math.max(this.#limit, ack.next + ack.room)
    for (const entry of this.#inFlight.values()) if (this.#isLost(entry)) this.#due.add(entry)
    if (arrived.length > 0) this.roundTrip.answered()
    this.flush(now)
    return arrived.length > 0
  }

  /** Nothing was answered for a whole time-out. @param now ms */
  timedOut(now: number): void {
    this.roundTrip.expired()
    let left = REPEATED_AT_TIMEOUT
    for (const entry of this.#inFlight.values()) {
      if (left-- === 0) break
      this.#due.add(entry)
    }
    this.flush(now)
  }

  #hear(transmission: number, arrived: readonly InFlight[], now: number): void {
    const entry = arrived.find(each => each.transmission === transmission)
    this.#heard = transmission
    if (entry === undefined) return // what it carried had arrived before
    this.#heardSentAt = entry.sentAt
    this.roundTrip.measured(now - entry.sentAt)
  }

  #arrived(entry: InFlight, heard: number): void {
    this.#inFlight.delete(entry.sequence)
    this.#due.delete(entry)
    if (entry.transmission > heard) this.#wasOvertaken(entry.earlier, entry.earlierSentAt)
    else if (entry.earlier === 0) this.#wasOvertaken(entry.transmission, entry.sentAt)
    // Otherwise nobody knows which of its transmissions arrived.
  }
  /** A transmission arrived later than others that left after it. */
  #wasOvertaken(transmission: number, sentAt: number): void {
    if (transmission === 0 || !this.#isBehind(transmission)) return
    this.#overtaking = Math.max(this.#overtaking, this.#heardSentAt - sentAt, 0)
  }

  #isBehind(transmission: number): boolean {
    return transmission + OVERTAKEN <= this.#heard
  }

  #isLost(entry: InFlight): boolean {
    if (entry.transmission === 0) return false
    if (entry.asksForRoom) {
      entry.asksForRoom = entry.sequence >= this.#limit
      return !entry.asksForRoom
    }
    return this.#isBehind(entry.transmission) && this.#heardSentAt - entry.sentAt > this.#overtaking
  }
}
