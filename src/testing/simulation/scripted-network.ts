import { ScriptedConnection, type TrackOptions } from './scripted-connection.js'

/**
 * A network in which nothing happens by itself: a frame waits until {@link ScriptedConnection.deliver} takes it
 * over, a cut is noticed when the script says so, or never.
 */
export class ScriptedNetwork {
  readonly #ends: ScriptedConnection[] = []

  /** Both ends of a fresh track: the one that connected first. */
  connect(options: TrackOptions = {}): readonly [ScriptedConnection, ScriptedConnection] {
    const id = this.#ends.length / 2
    const left = new ScriptedConnection(id, options)
    const right = new ScriptedConnection(id, options)
    left.join(right)
    right.join(left)
    this.#ends.push(left, right)
    return [left, right]
  }

  /** All ends that something can arrive at now. */
  get deliverable(): ScriptedConnection[] {
    return this.#ends.filter(end => end.deliverable)
  }

  /** All ends that are open. */
  get open(): ScriptedConnection[] {
    return this.#ends.filter(end => !end.over)
  }

  /** All ends of tracks that were cut and that do not know it. */
  get unaware(): ScriptedConnection[] {
    return this.#ends.filter(end => end.wasCut && !end.over)
  }

  /** All ends at which packets may suffer now. */
  get lossy(): ScriptedConnection[] {
    return this.#ends.filter(end => end.kind === 'lossy' && end.deliverable)
  }

  /** All ends whose frames are held up. */
  get held(): ScriptedConnection[] {
    return this.#ends.filter(end => end.held && !end.over)
  }
}
