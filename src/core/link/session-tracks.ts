import {
  type Clock,
  type CloseReason,
  isSignalboxError,
  SignalboxError,
  type Timer,
} from '../contracts/index.js'
import type { CountedTrack } from './counted-track.js'
import type { Session } from './handshake.js'
import { type LinkOptions, trackSettings } from './link-options.js'
import type { Track } from './track.js'
import { TrackSet } from './track-set.js'

/** What becomes of a session through its tracks. */
export interface SessionTracksListener {
  /** Something may leave that could not before. */
  movable(): void
  /** No track is left; it waits for one. */
  stranded(): void
  /** A track ended because the peer broke the rules on it. */
  violated(error: SignalboxError): void
  /** No track is left, and none will come. */
  over(reason: CloseReason): void
}

/** Tracks that a session has at once. */
const MOST_TRACKS = 16
/** Tracks that may have died without a word of the peer: one that never says it could make us keep ever more (I12). */
const MOST_UNSETTLED = 64

/** Who may join a session, and how long it waits for a track when it has none. */
export class SessionTracks {
  readonly set: TrackSet
  /** Ends the session when no track came in time. */
  #deadline: Timer | undefined

  constructor(
    private readonly session: Session,
    private readonly clock: Clock,
    private readonly options: LinkOptions,
    private readonly listener: SessionTracksListener,
  ) {
    const settings = trackSettings(session, options, clock)
    const movable = () => listener.movable()
    const stranded = (reason: CloseReason) => this.#stranded(reason)
    this.set = new TrackSet(settings, { movable, stranded }, options.chooseTrack)
  }

  /** Whether it waits for a track. */
  get stranded(): boolean {
    return this.#deadline !== undefined
  }

  /** @throws SignalboxError `HANDSHAKE_REFUSED` where the session was made for one track. */
  issue(): number {
    if (this.#patience === 0) throw this.#oneTrack()
    return this.set.issue()
  }

  /** Why no track may join under the number `id`, if so. */
  objectionTo(id: number): SignalboxError | undefined {
    if (this.#patience === 0) return this.#oneTrack()
    if (this.session.role === 'dialler')
      return new SignalboxError('HANDSHAKE_REFUSED', 'only who began a session joins tracks to it')
    if (this.set.live.length >= MOST_TRACKS || this.set.unsettled >= MOST_UNSETTLED) {
      const why = `a session has at most ${MOST_TRACKS} tracks, and ${MOST_UNSETTLED} lost ones; retire one first`
      return new SignalboxError('LIMIT_EXCEEDED', why)
    }
    if (id > this.set.highest) return undefined
    const why = `a track ${id} or one after it joined before; take a higher number`
    return new SignalboxError('HANDSHAKE_REFUSED', why)
  }

  /** @throws SignalboxError `CLOSED` when the peer gave the track up before it was added. */
  add(id: number, track: Track): CountedTrack {
    track.onViolation(error => this.listener.violated(error))
    void track.closed.then(reason => {
      if (reason.by === 'fault' && isSignalboxError(reason.error, 'PROTOCOL_VIOLATION'))
        this.listener.violated(reason.error) // no other track makes up for that
    })
    const added = this.set.add(id, track)
    if (added === undefined)
      throw new SignalboxError(
        'CLOSED',
        `the peer gave up track ${id} before it joined; let another one join`,
      )
    this.#waitNoLonger()
    return added
  }

  stop(end: (tracks: readonly Track[]) => void): void {
    this.#waitNoLonger()
    this.set.stop(end)
  }

  #stranded(reason: CloseReason): void {
    const ms = this.#patience
    if (ms === 0) {
      this.listener.over(reason)
      return
    }
    this.#deadline = this.clock.after(ms, () => {
      const { node } = this.session.theirs
      const cause = reason.by === 'fault' ? reason.error : undefined
      const why = `${node} could not be reached again within ${ms} ms after its last track was lost`
      this.listener.over({ by: 'fault', error: new SignalboxError('PEER_LOST', why, { cause }) })
    })
    this.listener.stranded()
  }

  #waitNoLonger(): void {
    this.#deadline?.cancel()
    this.#deadline = undefined
  }

  get #patience(): number {
    return this.options.resume ?? 0
  }

  #oneTrack(): SignalboxError {
    const why = `the session with ${this.session.theirs.node} has one track; give it a time to resume within`
    return new SignalboxError('HANDSHAKE_REFUSED', why)
  }
}
