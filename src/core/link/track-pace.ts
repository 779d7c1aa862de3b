import type { Clock } from '../contracts/index.js'

/** What was seen of a track at one moment. The peer may have been busy: only the best of many tells what it can do. */
export interface PaceSample {
  /** Milliseconds of the link's clock. */
  readonly at: number
  /** Milliseconds from the sending of a frame until the peer was heard to have received it. */
  readonly roundTrip: number
  /** Bytes a second that the peer received; few where few were sent. */
  readonly bytesPerSecond: number
}

/** A frame whose way is looked at. */
interface Probe {
  readonly position: number
  readonly sentAt: number
  /** Bytes that were sent up to it. */
  readonly bytes: number
}

/** Milliseconds between two samples, at least. */
const INTERVAL = 250

/**
 * Samples how fast a track is, from the frames and the acknowledgements that it carries anyway. Each sample is two
 * frames: the first tells the round trip; what was sent between the two, and received between the words that they
 * were, tells the rate. It is over the longer of those times, so that words that were held up and came at once do not
 * pretend to one: Cheng and others, Delivery Rate Estimation (draft-cheng-iccrg-delivery-rate-estimation).
 */
export class TrackPace {
  #frames = 0
  #bytes = 0
  /** The next frame to look at. */
  #next = 1
  #probe: Probe | undefined
  /** The first frame of the present sample, and when it was heard to have arrived. */
  #first: (Probe & { readonly heardAt: number }) | undefined
  #begun = Number.NEGATIVE_INFINITY

  constructor(
    private readonly clock: Clock,
    private readonly observed: (sample: PaceSample) => void,
  ) {}

  /** A frame of `length` bytes left. */
  left(length: number): void {
    this.#bytes += length
    if (++this.#frames === this.#next)
      this.#probe = { position: this.#frames, sentAt: this.clock.now(), bytes: this.#bytes }
  }

  /** The peer received `count` frames in all. */
  confirmed(count: number): void {
    const now = this.clock.now()
    const probe = this.#probe
    if (probe !== undefined && count >= probe.position) this.#heard(probe, now)
    else if (probe === undefined && this.#next <= this.#frames && now - this.#begun >= INTERVAL)
      this.#next = this.#frames + 1
  }

  #heard(probe: Probe, now: number): void {
    this.#probe = undefined
    const first = this.#first
    if (first === undefined) {
      this.#first = { ...probe, heardAt: now }
      this.#begun = now
      this.#next = this.#frames + 1
      return
    }
    this.#first = undefined
    const roundTrip = Math.min(first.heardAt - first.sentAt, now - probe.sentAt)
    if (roundTrip <= 0) return // the clock did not see it
    const elapsed = Math.max(probe.sentAt - first.sentAt, now - first.heardAt)
    this.observed({ at: now, roundTrip, bytesPerSecond: ((probe.bytes - first.bytes) / elapsed) * 1000 })
  }
}
