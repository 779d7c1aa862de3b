import { type CloseReason, SignalboxError } from '../contracts/index.js'
import { type ChooseTrack, primaryTrack } from './choose-track.js'
import { CountedTrack, type TrackSettings } from './counted-track.js'
import { encodeRetired } from './frame-writer.js'
import { Remainder } from './remainder.js'
import type { Track } from './track.js'
import type { TrackReport } from './traffic.js'
import { violation } from './violation.js'

/** What happens to the tracks of a session. */
export interface TrackSetListener {
  /** Something may leave that could not before. */
  movable(): void
  /** No track is left, for this reason. */
  stranded(reason: CloseReason): void
}

/** What the peer has to hear of a track that was given up, until it has certainly heard it. */
interface Announcement {
  readonly frame: Uint8Array
  /** The track that carries it, and how many frames that carried then. */
  on: CountedTrack | undefined
  position: number
}

/**
 * The tracks of a session: they come and die, and the session goes on. One of them is the **primary** one. What
 * leaves on it is one order that survives it: when it dies, or drains, its successor first carries what the peer
 * did not receive, and everything new waits until then.
 */
export class TrackSet {
  /** Those that are read. */
  readonly #live: CountedTrack[] = []
  /** Those that take something new, in the order in which they came; the first one is the primary one. */
  #usable: readonly CountedTrack[] = []
  /** Tracks whose frames have to be received, or to leave again, before anything new may leave on the primary one. */
  readonly #owed: Remainder[] = []
  /** Retired tracks of which the peer did not say yet how much it received. */
  readonly #unsettled = new Map<number, CountedTrack>()
  /**
   * Nothing holds these up, and they leave again as soon as the track that carried them is lost: each side waits
   * for the other's, whatever was lost in between.
   */
  #announcements: Announcement[] = []
  /** Numbers that were given to tracks that did not join yet. */
  readonly #issued = new Set<number>()
  #highest = 0
  /** The one that was the last to take something new. */
  #last: CountedTrack | undefined

  constructor(
    private readonly settings: TrackSettings,
    private readonly listener: TrackSetListener,
    private readonly choose: ChooseTrack = primaryTrack,
  ) {}

  /** Everything that is alive. */
  get live(): readonly CountedTrack[] {
    return this.#live
  }

  /**
   * What the tracks run over that take something new, as far as that is known, the primary one first; what the last
   * one ran over, when there is none.
   */
  get ways(): readonly TrackReport[] {
    const tracks = this.#usable.length === 0 && this.#last !== undefined ? [this.#last] : this.#usable
    return tracks.flatMap(({ way, traffic }) => (way === undefined ? [] : { ...way, ...traffic }))
  }

  /** How many retired tracks wait for the peer's word. */
  get unsettled(): number {
    return this.#unsettled.size
  }

  /** The one that control frames may leave on now. */
  get primary(): CountedTrack | undefined {
    return this.#owed.length === 0 ? this.#usable[0] : undefined
  }

  /** The primary one, where every message of up to `bytes` bytes takes it: it can be written there before its size is known. */
  primaryUpTo(bytes: number): CountedTrack | undefined {
    const tracks = this.#usable
    const { primary } = this
    if (primary === undefined || tracks.length < 2) return primary
    const isForAll = this.choose(0, tracks) === primary && this.choose(bytes, tracks) === primary
    return isForAll ? primary : undefined
  }

  /** Whether messages of a lane may come in another order than they were sent. */
  get mayReorder(): boolean {
    return this.#highest > 1
  }

  /** The number of the last track that joined, or is about to. */
  get highest(): number {
    return this.#highest
  }

  /** A number for a track that is about to join. From here on the peer may use it, whether or not we heard so. */
  issue(): number {
    this.#issued.add(++this.#highest)
    return this.#highest
  }

  /**
   * Adds a track; undefined when the peer gave it up before it was added.
   * @throws SignalboxError `HANDSHAKE_REFUSED` for a number that is not above all others and was not issued here.
   */
  add(id: number, track: Track): CountedTrack | undefined {
    if (id > this.#highest) this.#highest = id
    else if (!this.#issued.delete(id)) return undefined
    const added: CountedTrack = new CountedTrack(id, track, this.settings, ms => {
      this.lost(added, { by: 'fault', error: silent(id, ms) })
    })
    this.#live.push(added)
    this.#usable = [...this.#usable, added]
    const writable = track.writable$.subscribe(() => {
      added.writable()
      this.listener.movable()
    })
    void track.closed.then(reason => {
      writable.unsubscribe()
      this.lost(added, reason)
    })
    this.listener.movable()
    return added
  }

  /** The track for a message of `bytes` bytes, when it can leave now. */
  route(bytes: number, anyTrack: boolean): CountedTrack | undefined {
    const tracks = this.#usable
    if (!anyTrack || tracks.length < 2) return this.primary
    const chosen = this.choose(bytes, tracks)
    return chosen === undefined || chosen === tracks[0] ? this.primary : chosen
  }

  /** A track is dead, or given up: what still comes from it is ignored. */
  lost(track: CountedTrack, reason: CloseReason): void {
    if (track.state === 'retired') return
    if (track.state === 'open') this.#withdraw(track)
    track.retire(reason.by === 'fault' ? reason.error : undefined)
    this.#live.splice(this.#live.indexOf(track), 1)
    this.#unsettled.set(track.id, track)
    this.#announce(track.id, track.received)
    if (this.#live.length === 0) this.listener.stranded(reason)
    else this.listener.movable()
  }

  /** The peer gave up a track, of which it received `count` frames. @throws SignalboxError `PROTOCOL_VIOLATION` */
  peerRetired(id: number, count: number): void {
    const live = this.#live.find(track => track.id === id)
    if (live !== undefined) this.lost(live, { by: 'peer' })
    const track = this.#unsettled.get(id)
    if (track === undefined) {
      if (id > this.#highest) throw violation(`it gives up track ${id}, which does not exist`)
      // It never came to be here: the peer heard our last word of its handshake, and we not the peer's.
      if (this.#issued.delete(id)) this.#announce(id, 0)
    } else {
      track.confirm(count)
      track.settled = true
      this.#unsettled.delete(id)
    }
    this.listener.movable()
  }

  /**
   * Lets nothing new leave on a track, which closes when both sides have received everything.
   * @throws SignalboxError `CLOSED` when there is no such track, or no other one.
   */
  drain(id: number): void {
    const track = this.#usable.find(usable => usable.id === id)
    if (track === undefined)
      throw new SignalboxError('CLOSED', `track ${id} is not in use; nothing is to be done`)
    if (this.#usable.length < 2)
      throw new SignalboxError('CLOSED', `track ${id} is the only one; let another one join first`)
    this.#drain(track)
  }

  /** The peer lets nothing new leave on this track: neither do we. */
  peerDrains(track: CountedTrack): void {
    track.peerDrains = true
    if (track.state === 'open') this.#drain(track)
    else this.listener.movable()
  }

  /** Sends what speaks of the tracks themselves. @param always also acknowledgements that could wait */
  maintain(always: boolean): void {
    if (this.#announcements.length > 0) this.#sendAnnouncements()
    for (const track of this.#live) {
      if (track.state === 'draining') track.sayDrain()
      if (always || track.ackIsDue) track.acknowledge()
      track.closeWhenDrained()
    }
  }

  /** Whether {@link maintain} and {@link settle} have nothing to do that the peer's word of what it received could further. */
  get isSteady(): boolean {
    if (this.#owed.length > 0 || this.#announcements.length > 0) return false
    for (const track of this.#live) if (track.state === 'draining' || track.peerDrains) return false
    return true
  }

  /** Sends again what retired tracks owe. True when nothing is owed and the primary one takes new frames. */
  settle(): boolean {
    const primary = this.#usable[0]
    for (let owed = this.#owed[0]; owed !== undefined; owed = this.#owed[0]) {
      if (primary === undefined) return false
      const { from } = owed
      const done = from.state === 'draining' ? from.isConfirmed : from.settled && owed.resend(primary)
      if (!done) return false
      this.#owed.shift()
    }
    return primary !== undefined
  }

  /** Forgets everything; `end` is to end what is alive. */
  stop(end: (tracks: readonly Track[]) => void): void {
    const alive = this.#live.splice(0)
    for (const track of alive) {
      track.state = 'retired'
      track.stop()
    }
    end(alive.map(({ track }) => track))
    this.#last = this.#usable[0] ?? this.#last
    this.#usable = []
    this.#owed.length = 0
    this.#unsettled.clear()
    this.#announcements = []
  }

  #announce(id: number, received: number): void {
    this.#announcements.push({ frame: encodeRetired(id, received), on: undefined, position: 0 })
  }

  #sendAnnouncements(): void {
    this.#announcements = this.#announcements.filter(
      ({ on, position }) => on === undefined || on.confirmed < position,
    )
    for (const announcement of this.#announcements) {
      if (announcement.on !== undefined && announcement.on.state !== 'retired') continue
      announcement.on = this.#usable.find(track => track.put(announcement.frame))
      announcement.position = announcement.on?.sent ?? 0
    }
  }

  #drain(track: CountedTrack): void {
    this.#withdraw(track)
    track.state = 'draining'
    this.listener.movable()
  }

  /** Takes a track out of use. The primary one may carry what others owed, and so comes before them. */
  #withdraw(track: CountedTrack): void {
    const remainder = new Remainder(track)
    if (track === this.#usable[0]) this.#owed.unshift(remainder)
    else this.#owed.push(remainder)
    this.#last = track
    this.#usable = this.#usable.filter(usable => usable !== track)
  }
}

function silent(id: number, ms: number): SignalboxError {
  return new SignalboxError('PEER_SILENT', `the peer was not heard on track ${id} for ${Math.round(ms)} ms`)
}
