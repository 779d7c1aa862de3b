import type { Clock } from '../../core/contracts/index.js'
import type { Link } from '../../core/link/index.js'

/** What must hold for the sessions that one node has with one peer, between any two steps. */
export class SessionRules {
  /** Since when the sessions without a track have none, as far as was seen. */
  readonly #stranded = new Map<Link, number>()

  /** @param resume milliseconds that a session outlives its last track */
  constructor(
    private readonly clock: Clock,
    private readonly resume: number,
    private readonly fault: (what: string) => void,
  ) {}

  /** A track joined: should the session lose it, all its time begins anew. */
  joined(link: Link): void {
    this.#stranded.delete(link)
  }

  /** @param links those that have not ended */
  check(links: readonly Link[]): void {
    if (links.length > 1) this.fault('it has two sessions with one peer') // I10
    for (const link of links) {
      if (!link.stranded) {
        this.#stranded.delete(link)
        continue
      }
      const since = this.#stranded.get(link) ?? this.clock.now()
      this.#stranded.set(link, since)
      const waited = this.clock.now() - since
      if (waited > this.resume) this.fault(`its session waited ${waited} ms for a track`) // I8
    }
  }

  /** Lets a node go on that stood still: that the peer was silent meanwhile proves nothing (I11). */
  stall(link: Link | undefined, goOn: () => void): void {
    const before = link?.tracks.length ?? 0
    goOn()
    if (link !== undefined && link.tracks.length < before)
      this.fault('it accused its peer of silence after it stood still itself')
  }
}
