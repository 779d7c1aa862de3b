import type { Observable } from 'rxjs'
import {
  type Address,
  Arrivals,
  type Connection,
  type Listener,
  SignalboxError,
} from '../../core/contracts/index.js'
import { MemoryConnection } from './memory-connection.js'

/** Who listens in this process (in this thread: each has its own), whichever `memory()` they came from. */
const listeners = new Map<string, MemoryListener>()

/** A name of this process at which connections arrive. */
export class MemoryListener implements Listener {
  readonly connections$: Observable<Connection>
  readonly #arrivals = new Arrivals()

  /** @throws SignalboxError `ADDRESS_IN_USE`. */
  static open(address: Address): MemoryListener {
    if (listeners.has(address.path)) {
      throw new SignalboxError(
        'ADDRESS_IN_USE',
        `${address.href}: this process listens there already; close that listener or choose another name`,
      )
    }
    const listener = new MemoryListener(address)
    listeners.set(address.path, listener)
    return listener
  }

  /** @throws SignalboxError `NO_LISTENER`. */
  static at(address: Address): MemoryListener {
    const listener = listeners.get(address.path)
    if (listener !== undefined) return listener
    throw new SignalboxError(
      'NO_LISTENER',
      `${address.href}: nobody in this process listens there; start the listener first, or use a transport that reaches further`,
    )
  }

  private constructor(readonly address: Address) {
    this.connections$ = this.#arrivals.connections$
  }

  /** Makes a connection: its far end arrives here, its near end is returned. */
  accept(): Connection {
    const [near, far] = MemoryConnection.pair(this.address.href)
    this.#arrivals.add(far)
    return near
  }

  async close(): Promise<void> {
    if (listeners.get(this.address.path) === this) listeners.delete(this.address.path)
    this.#arrivals.complete()
  }
}
