import { FIRST_LANE } from './frames.js'

/** A lane that wants to receive a message larger than its window. */
export interface ExcessiveLane {
  readonly id: number
  /** It is this lane's turn. */
  mayExceed(): void
}

/**
 * Lets one lane at a time receive a message that is larger than its window: this bounds what a peer can
 * make us hold (I12). The reserved lanes have no turn to wait for: control and answers must come through
 * while all others are blocked (I7).
 */
export class ExcessTurn {
  readonly #lanes: ExcessiveLane[] = []

  /** Calls {@link ExcessiveLane.mayExceed} at once or when it is the lane's turn. */
  claim(lane: ExcessiveLane): void {
    if (lane.id < FIRST_LANE || this.#lanes.push(lane) === 1) lane.mayExceed()
  }

  /** The lane whose turn it was has its message. */
  release(lane: ExcessiveLane): void {
    if (lane.id < FIRST_LANE) return
    this.#lanes.shift()
    this.#lanes[0]?.mayExceed()
  }
}
