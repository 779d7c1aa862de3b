import type { ChooseTrack } from '../link/index.js'
import { cheapestBySize, type Priced } from './cheapest-by-size.js'

/**
 * Which track of a link carries which message: the cheapest for its size. From which sizes on another one is the
 * cheapest is worked out when a track comes or goes, or a cost changes; a message costs a comparison.
 */
export class TracksBySize {
  /** What the present stretches were worked out for. */
  #tracks: readonly unknown[] | undefined
  /** The places of the tracks, and from how many bytes on they carry, the largest first; the last one begins at 0. */
  #stretches: readonly { readonly from: number; readonly place: number }[] = []

  /** @param priceOf what a track costs, by its number; undefined for one of which nothing is known: it carries nothing */
  constructor(private readonly priceOf: (track: number) => Priced | undefined) {}

  /** To be given to the link. */
  readonly choose: ChooseTrack = (bytes, tracks) => {
    if (tracks !== this.#tracks) this.#workOut(tracks)
    for (const { from, place } of this.#stretches) if (bytes >= from) return tracks[place]
    return tracks[0]
  }

  /** Costs are others than they were. */
  changed(): void {
    this.#tracks = undefined
  }

  #workOut(tracks: readonly { readonly id: number }[]): void {
    this.#tracks = tracks
    const priced = tracks.flatMap(({ id }, place) => {
      const price = this.priceOf(id)
      return price === undefined ? [] : [{ ...price, place }]
    })
    this.#stretches = cheapestBySize(priced)
      .map(({ from, item }) => ({ from, place: item.place }))
      .reverse()
  }
}
