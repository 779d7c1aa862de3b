import { type Connection, reasonOf, type TransportContext } from '../contracts/index.js'
import type { Link } from '../link/index.js'
import type { Candidate, FurtherTrack } from '../routing/index.js'
import { pauses } from './pauses.js'

/** Milliseconds between two attempts to have a track: at first, and at most. */
const AGAIN = { first: 50, last: 5000 } as const
/** Attempts at a track that was lost, after which it is not missed any more. */
const ATTEMPTS = 10
/** Milliseconds from a message that wants a track which cannot be had to the next one that may: at first, and at most. */
const WANTED_AGAIN = { first: 1000, last: 300_000 } as const
/** Milliseconds without a message after which a further track is let go: what it holds open costs memory. */
const IDLE = 60_000

/** What {@link FurtherTracks} see of their session. */
export interface SessionOfTracks {
  readonly node: string
  readonly link: Pick<Link, 'closed' | 'tracks' | 'ways' | 'trafficOf' | 'messageOf' | 'retire'>
}

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
 * The tracks that a session's plan wants beside the one that it has, on the side that dialled. Each is opened when the
 * first message comes or leaves that is large enough for it, which itself does not wait; opened again when it is lost;
 * and let go when nothing took it for long. The best way is opened again, too, and when it is back, the others make
 * room: the one that came first is the primary one.
 */
export class FurtherTracks {
  readonly #over = new AbortController()
  readonly #open = new Set<number>()
  /** Those of them that were let go. */
  readonly #idle = new Set<number>()
  /** Addresses of the ways that it was said to go on without. */
  readonly #missing = new Set<string>()

  constructor(
    private readonly session: SessionOfTracks,
    private readonly options: FurtherTracksOptions,
  ) {
    void session.link.closed.then(() => this.stop())
  }

  /**
   * Begins. @param first the track that there is
   * @param over what that runs over
   * @param best the way that it should run over
   */
  keep(first: JoinedTrack, over: Candidate, best: Candidate, further: readonly FurtherTrack[]): void {
    this.#open.add(first.id)
    void this.#keepBest(first, over, best)
    for (const track of further) void this.#keepWhereNeeded(track)
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
    await this.#keep(best, await this.#join(best, ATTEMPTS), ({ id }) => this.#makeRoomFor(id))
  }

  async #keepWhereNeeded({ over, from }: FurtherTrack): Promise<void> {
    const { signal } = this.#over
    while (!signal.aborted) {
      const track = await this.#joinWhenNeeded(over, from)
      await this.#keep(over, track, joined => this.#letGoWhenIdle(joined))
    }
  }

  async #joinWhenNeeded(over: Candidate, from: number): Promise<JoinedTrack | undefined> {
    const { signal } = this.#over
    for await (const _ of pauses(this.options.context.clock, WANTED_AGAIN, signal)) {
      await this.session.link.messageOf(from, signal)
      const track = await this.#join(over, 1)
      if (track !== undefined) return track
    }
    return undefined
  }

  /** Returns when it is lost and does not come back, or was let go. @param joined is told of it each time that it joins */
  async #keep(
    way: Candidate,
    first: JoinedTrack | undefined,
    joined: (track: JoinedTrack) => void,
  ): Promise<void> {
    for (let track = first; track !== undefined; track = await this.#join(way, ATTEMPTS)) {
      joined(track)
      this.#open.add(track.id)
      await track.connection.closed
      this.#open.delete(track.id)
      if (this.#idle.delete(track.id)) return
    }
  }

  async #join(way: Candidate, attempts: number): Promise<JoinedTrack | undefined> {
    const { context, join } = this.options
    const { signal } = this.#over
    for await (const _ of pauses(context.clock, AGAIN, signal)) {
      try {
        return await join(way, signal)
      } catch (error) {
        if (signal.aborted) return undefined
        if (attempts-- > 1) this.#failed(way, error)
        else {
          this.#missed(way, error)
          return undefined
        }
      }
    }
    return undefined
  }

  #failed({ address }: Candidate, error: unknown): void {
    const failed = `no track over ${address.href} joined the session with ${this.session.node}`
    this.options.context.log.debug(failed, { reason: reasonOf(error) })
  }

  /** Somebody may have to do something about it, but needs to hear of it once only. */
  #missed(way: Candidate, error: unknown): void {
    const { href } = way.address
    if (this.#missing.has(href)) {
      this.#failed(way, error)
      return
    }
    this.#missing.add(href)
    const goesOn = `the session with ${this.session.node} goes on without a track over ${href}`
    this.options.context.log.warn(goesOn, { reason: reasonOf(error) })
  }

  #letGoWhenIdle({ id, connection }: JoinedTrack): void {
    const { clock } = this.options.context
    const { link } = this.session
    let carried = 0
    const look = () => {
      const traffic = link.trafficOf(id)
      if (traffic === undefined) return
      const now = traffic.sent.messages + traffic.received.messages
      if (now === carried && link.ways.length > 1) {
        this.#idle.add(id)
        link.retire(id)
        return
      }
      carried = now
      timer = clock.after(IDLE, look)
    }
    let timer = clock.after(IDLE, look)
    void connection.closed.then(() => timer.cancel())
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
