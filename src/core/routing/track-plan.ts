import { type ChooseTrack, type PaceSample, primaryTrack, type Way } from '../link/index.js'
import type { Candidate } from './candidate.js'

/** A way for a further track of a link. */
export interface FurtherTrack {
  readonly over: Candidate
  /** Bytes of the smallest message that it is worth opening for. */
  readonly from: number
}

/** Decides what carries a link beside the track that it begins with. One plan serves all links of a node. */
export interface TrackPlan {
  /**
   * The ways to open further tracks over, in their order, each with the first message that is large enough; asked on
   * the side that dialled, when a link begins and when it was brought back. One that is lost is opened again.
   * @param ranked all ways to the peer that would do, the best first
   */
  further(ranked: readonly Candidate[]): readonly FurtherTrack[]
  /** Which track of a new link carries which message; asked on both sides, for what each of them sends. */
  choice(): ChooseTrack
  /** What links see of their tracks, where the plan goes by that. */
  readonly observed?: (way: Way, sample: PaceSample) => void
}

/** The best way alone. */
export const oneTrack: TrackPlan = { further: () => [], choice: () => primaryTrack }

/**
 * Further tracks by the names of their transports: a message of more than so many bytes takes it, of several the one
 * that asks for the largest. What is smaller, or finds its track dead, takes the primary one.
 */
export function tracksAbove(sizes: Readonly<Record<string, number>>): TrackPlan {
  const steps = Object.entries(sizes).toSorted(([, a], [, b]) => b - a)
  if (steps.length === 0) return oneTrack
  const choose: ChooseTrack = (bytes, tracks) => {
    for (const [transport, above] of steps) {
      if (bytes <= above) continue
      // The youngest: where the primary one runs over the same transport, it is left to the small ones.
      const track = tracks.findLast(({ way }) => way?.transport === transport)
      if (track !== undefined) return track
    }
    return tracks[0]
  }
  return {
    further: ranked =>
      steps.flatMap(([name, above]) => {
        const over = ranked.find(({ transport }) => transport === name)
        return over === undefined ? [] : { over, from: above + 1 }
      }),
    choice: () => choose,
  }
}
