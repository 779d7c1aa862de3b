import type { LaneSink } from './inbound-lane.js'
import type { Link } from './link.js'

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
   * No track is left, and the session waits for one: see `LinkOptions.resume`. Called on the side that dialled;
   * it is the one to dial again, and to join.
   */
  stranded?(link: Link): void
}
