import { Observable, Subject } from 'rxjs'
import type { CloseReason } from '../contracts/index.js'

/** A node comes or goes, as seen by its sessions with this one. */
export interface PeerEvent {
  readonly type: 'up' | 'down'
  readonly node: string
  /** Which life of the node (I1), as hexadecimal text. */
  readonly incarnation: string
  /** Why it went. */
  readonly reason?: CloseReason
}

/** Who is there: each life of a node comes once and goes once, however many sessions it had. */
export class Presence {
  /** For each subscriber first those who are there already. */
  readonly events$: Observable<PeerEvent>
  readonly #events = new Subject<PeerEvent>()
  /** The life that each present node is in. */
  readonly #lives = new Map<string, string>()

  constructor() {
    this.events$ = new Observable(subscriber => {
      for (const [node, incarnation] of this.#lives) subscriber.next({ type: 'up', node, incarnation })
      return this.#events.subscribe(subscriber)
    })
  }

  /** There is a session with this life of the node; one that was there before is over. */
  up(node: string, incarnation: string, over: CloseReason): void {
    const before = this.#lives.get(node)
    if (before === incarnation) return
    if (before !== undefined) this.down(node, before, over)
    this.#lives.set(node, incarnation)
    this.#events.next({ type: 'up', node, incarnation })
  }

  /** The last session with this life of the node has ended. */
  down(node: string, incarnation: string, reason: CloseReason): void {
    if (this.#lives.get(node) !== incarnation) return
    this.#lives.delete(node)
    this.#events.next({ type: 'down', node, incarnation, reason })
  }

  close(): void {
    this.#events.complete()
  }
}
