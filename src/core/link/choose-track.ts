import type { Way } from './way.js'

/** What a choice between tracks is made by. */
export interface TrackView {
  /** Its generation: 1 is the track that the session began with. */
  readonly id: number
  /** Bytes of the largest message that it carries in one frame. */
  readonly partSize: number
  /** What it runs over; undefined where nobody said so. */
  readonly way: Way | undefined
}

/**
 * Says which track carries a message of `bytes` bytes. `tracks` has at least two, the primary one first; what
 * is not among them counts as that. The sizes that one track carries have no gap.
 */
export type ChooseTrack = <T extends TrackView>(bytes: number, tracks: readonly T[]) => T | undefined

/** Everything on the primary track; the others stand by. */
export const primaryTrack: ChooseTrack = (_bytes, tracks) => tracks[0]

/**
 * Messages of up to `small` bytes on the primary track, larger ones on the one with the largest frames, of equal
 * ones the youngest: a large message on its way then holds up no small ones.
 */
export function bySize(small: number): ChooseTrack {
  return (bytes, tracks) =>
    bytes <= small
      ? tracks[0]
      : tracks.reduce((widest, track) => (track.partSize >= widest.partSize ? track : widest))
}
