import type { Observable } from 'rxjs'
import type { Address } from './address.js'
import type { Connection } from './connection.js'

/** A place where connections arrive. */
export interface Listener {
  /** Where it really listens: the port that the system chose, for example. */
  readonly address: Address
  /**
   * One connection per peer. What arrives while nobody is subscribed is closed. Completes at close.
   * `Arrivals` keeps these promises for whoever implements this.
   */
  readonly connections$: Observable<Connection>
  /** Frees the name. Connections made here live on. Closing twice is harmless. */
  close(): Promise<void>
}
