import type { Clock, Timer } from '../contracts/index.js'

/** What a heartbeat does to its link. */
export interface HeartbeatActions {
  /** Lets the peer hear of us. */
  beat(): void
  /** The peer was silent for too long. */
  silent(milliseconds: number): void
}

/** Intervals without a sign of life after which a peer counts as silent. */
const TOLERATED = 3

/**
 * Lets the peer hear of us at least once per interval, and watches for its silence (I11). Any byte received
 * counts as life. A process that was itself stalled accuses nobody: it gives the peer a full term again.
 */
export class Heartbeat {
  #timer: Timer
  #due: number
  /** When the peer was last known to live. */
  #heard: number
  /** Whether it was heard since the last tick. A flag, because reading the clock for each frame has its price. */
  #heardSince = false
  #spoke = false

  /**
   * @param interval milliseconds within which we are to be heard
   * @param theirs milliseconds within which the peer promised to be heard
   */
  constructor(
    private readonly clock: Clock,
    private readonly interval: number,
    private readonly theirs: number,
    private readonly actions: HeartbeatActions,
  ) {
    this.#heard = clock.now()
    this.#due = this.#heard + interval
    this.#timer = clock.after(interval, () => this.#tick())
  }

  /** Something came from the peer. */
  heard(): void {
    this.#heardSince = true
  }

  /** Something went to the peer: that counts as a beat. */
  spoke(): void {
    this.#spoke = true
  }

  stop(): void {
    this.#timer.cancel()
  }

  #tick(): void {
    const now = this.clock.now()
    const stalled = now - this.#due > this.interval
    if (stalled || this.#heardSince) this.#heard = now
    this.#heardSince = false
    const silence = now - this.#heard
    if (silence > TOLERATED * this.theirs) {
      this.actions.silent(silence)
      return
    }
    if (!this.#spoke) this.actions.beat()
    this.#spoke = false
    this.#due = now + this.interval
    this.#timer = this.clock.after(this.interval, () => this.#tick())
  }
}
