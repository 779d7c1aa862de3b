import { ReplaySubject } from 'rxjs'
import { isNewer, type Version } from './state-version.js'

/** A value and its place among the values that the state had. */
export interface Versioned {
  readonly value: unknown
  readonly version: Version
}

/** A state that is followed here: its newest value, for any number of followers. */
export class FollowedState {
  /** The present value, then each later one that was not overtaken. */
  readonly values$ = new ReplaySubject<unknown>(1)
  followers = 0
  #latest: Versioned | undefined
  #told: Versioned | undefined
  #telling = false
  /** Whether the owner of the latest value is gone: then the next owner is believed, whatever its clock says. */
  #orphaned = false

  /** @param unwant tells the other nodes that the state is not followed any more */
  constructor(readonly unwant: () => void) {}

  /** Takes a value, unless a newer one is known. */
  arrived(value: Versioned): void {
    const older = this.#latest !== undefined && !isNewer(value.version, this.#latest.version)
    if (older && !(this.#orphaned && value.version.owner !== this.#latest?.version.owner)) return
    this.#latest = value
    this.#orphaned = false
    this.#tell()
  }

  /** This life of a node is over. */
  ownerLost(incarnation: string): void {
    if (this.#latest?.version.owner === incarnation) this.#orphaned = true
  }

  end(): void {
    this.values$.complete()
  }

  /** Tells the newest value. One that arrives while a follower hears of another waits: none may hear them in another order. */
  #tell(): void {
    if (this.#telling) return
    this.#telling = true
    while (this.#latest !== undefined && this.#told !== this.#latest) {
      this.#told = this.#latest
      this.values$.next(this.#latest.value)
    }
    this.#telling = false
  }
}
