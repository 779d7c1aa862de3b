import { type Observable, Subject } from 'rxjs'
import type { Connection } from './connection.js'

/**
 * The connections of one listener, as `Listener.connections$` promises them: what arrives while nobody is
 * subscribed is closed.
 */
export class Arrivals {
  readonly connections$: Observable<Connection>
  readonly #connections = new Subject<Connection>()

  constructor() {
    this.connections$ = this.#connections.asObservable()
  }

  /** Gives `connection`, which is ready for use, to who is subscribed. */
  add(connection: Connection): void {
    if (this.#connections.observed) this.#connections.next(connection)
    else connection.abort()
  }

  /** No more will arrive; what arrives nevertheless is closed. */
  complete(): void {
    this.#connections.complete()
  }
}
