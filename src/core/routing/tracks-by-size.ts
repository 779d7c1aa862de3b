import type { ChooseTrack, TrackView, Way } from '../link/index.js'
import { cheapestBySize, type Priced } from './cheapest-by-size.js'

/**
 * Which track of a link carries which message: the cheapest for its size. From which sizes on another one is the
 * cheapest is worked out when a track comes or goes, or a cost changes; a message costs a comparison.
 */
export class TracksBySize {
  /** What the present stretches were worked out for. */
  #tracks: readonly TrackView[] | undefined
  #change = 0
  /** The places of the tracks, and from how many bytes on they carry, the largest first; the last one begins at 0. */
  #stretches: readonly { readonly from: number; readonly place: number }[] = []

  /**
   * @param priceOf what a track costs over a way; undefined for one of which nothing is known: it carries nothing
   * @param changes how often prices have changed
   */
  constructor(
    private readonly priceOf: (way: Way) => Priced | undefined,
    private readonly changes: () => number,
  ) {}

  /** To be given to one link. */
  readonly choose: ChooseTrack = (bytes, tracks) => {
    if (tracks !== this.#tracks || this.changes() !== this.#change) this.#workOut(tracks)
    for (const { from, place } of this.#stretches) if (bytes >= from) return tracks[place]
    return tracks[0]
  }

  #workOut(tracks: readonly TrackView[]): void {
    this.#tracks = tracks
    this.#change = this.changes()
    const priced = tracks.flatMap(({ way }, place) => {
      const price = way === undefined ? undefined : this.priceOf(way)
      return price === undefined ? [] : [{ ...price, place }]
    })
    this.#stretches = cheapestBySize(priced)
      .map(({ from, item }) => ({ from, place: item.place }))
      .reverse()
  }
}
