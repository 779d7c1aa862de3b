import type { Clock } from '../contracts/index.js'
import type { ChooseTrack } from './choose-track.js'
import type { TrackSettings } from './counted-track.js'
import type { Session } from './handshake.js'
import type { PaceSample } from './track-pace.js'
import type { Way } from './way.js'

/** How a link treats its tracks. */
export interface LinkOptions {
  /**
   * Milliseconds that the session outlives its last track, so that another one can join. Past them it ends (I8).
   * @default 0: it has one track, which keeps no copies of what it carries, and ends with it
   */
  readonly resume?: number
  /** Which track carries which message. @default the primary one all */
  readonly chooseTrack?: ChooseTrack
  /** Told a few times a second how fast a track is that carries something. @default nobody looks */
  readonly observed?: ((way: Way, sample: PaceSample) => void) | undefined
  /**
   * Bytes that a track keeps until the peer confirms that it received them, one more frame not counted.
   * @default 1 MiB
   */
  readonly replay?: number
  /** Bytes received on a track after which the peer is told so; less than its `replay`. @default 256 KiB */
  readonly acknowledgeAfter?: number
}

const DEFAULT_REPLAY = 1024 * 1024
const DEFAULT_ACKNOWLEDGE_AFTER = 256 * 1024

/** What the two sides and the options make of a session's tracks. */
export function trackSettings({ mine, theirs }: Session, options: LinkOptions, clock: Clock): TrackSettings {
  const { resume = 0, replay = DEFAULT_REPLAY, acknowledgeAfter = DEFAULT_ACKNOWLEDGE_AFTER } = options
  return {
    clock,
    maxFrame: Math.min(mine.maxFrame, theirs.maxFrame),
    heartbeat: { mine: mine.heartbeat, theirs: theirs.heartbeat },
    replay: resume > 0 ? replay : 0,
    ackAfter: acknowledgeAfter,
    observed: options.observed,
  }
}
