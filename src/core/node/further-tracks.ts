import { type Connection, reasonOf, type TransportContext } from '../contracts/index.js'
import type { Candidate } from '../routing/index.js'
import { pauses } from './pauses.js'
import type { PeerSession } from './peer-session.js'

/** Milliseconds between two attempts to have a track: at first, and at most. */
const AGAIN = { first: 50, last: 5000 } as const
/** Attempts after which a way is given up until the session has to come back as a whole. */
const ATTEMPTS = 10

/** A track that joined a session. */
export interface JoinedTrack {
  /** Its number in the session. */
  readonly id: number
  readonly connection: Connection
}

/** What {@link FurtherTracks} need. */
export interface FurtherTracksOptions {
  readonly context: Pick<TransportContext, 'clock' | 'log'>
  /** Connects over a way, and lets the track join. @throws SignalboxError like a dial */
  join(over: Candidate, signal: AbortSignal): Promise<JoinedTrack>
}

/**
 * The tracks that a session's plan wants beside the one that it has, on the side that dialled: each is opened, and
 * opened again when it is lost. So is the best way, and when that is back, the others make room: the one that came
 * first is the primary one.
 */
export class FurtherTracks {
  readonly #over = new AbortController()
  readonly #open = new Set<number>()

  constructor(
    private readonly session: PeerSession,
    private readonly options: FurtherTracksOptions,
  ) {
    void session.link.closed.then(() => this.stop())
  }

  /**
   * Begins. @param first the track that there is
   * @param over what that runs over
   * @param best the way that it should run over
   */
  keep(first: JoinedTrack, over: Candidate, best: Candidate, further: readonly Candidate[]): void {
    this.#open.add(first.id)
    void this.#keepBest(first, over, best)
    for (const way of further) void this.#keep(way, () => {})
  }

  /** Opens no more. Stopping twice is harmless. */
  stop(): void {
    this.#over.abort()
  }

  async #keepBest(first: JoinedTrack, over: Candidate, best: Candidate): Promise<void> {
    if (over === best) {
      await first.connection.closed
      this.#open.delete(first.id)
    }
    await this.#keep(best, id => this.#makeRoomFor(id))
  }

  /** @param joined is told the number of each track that joined */
  async #keep(way: Candidate, joined: (id: number) => void): Promise<void> {
    const { signal } = this.#over
    while (!signal.aborted) {
      const track = await this.#join(way)
      if (track === undefined) return
      joined(track.id)
      this.#open.add(track.id)
      await track.connection.closed
      this.#open.delete(track.id)
    }
  }

  async #join(way: Candidate): Promise<JoinedTrack | undefined> {
    const { context, join } = this.options
    const { signal } = this.#over
    let attempts = 0
    for await (const _ of pauses(context.clock, AGAIN, signal)) {
      try {
        return await join(way, signal)
      } catch (error) {
        if (signal.aborted) return undefined
        const failed = `no track over ${way.address.href} joined the session with ${this.session.node}`
        context.log.debug(failed, { reason: reasonOf(error) })
        if (++attempts === ATTEMPTS) return undefined
      }
    }
    return undefined
  }

  #makeRoomFor(best: number): void {
    const { link } = this.session
    for (const id of this.#open) {
      if (!link.tracks.includes(best)) return // it is gone again
      this.#open.delete(id)
      if (link.tracks.includes(id)) link.retire(id)
    }
  }
}
