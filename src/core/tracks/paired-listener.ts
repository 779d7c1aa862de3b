import type { Observable } from 'rxjs'
import {
  type Address,
  Arrivals,
  type Connection,
  type Listener,
  type TransportContext,
} from '../contracts/index.js'
import { readJoin } from './join.js'
import { PairedConnection } from './paired-connection.js'
import { prefaceOf } from './preface.js'
import { WayIn } from './way-in.js'

/** Ways there that have no way back yet, at most: anybody can make one (I12). */
const MOST_PENDING = 64

/** Where ways there arrive, each of which gets its way back. */
export class PairedListener implements Listener {
  readonly connections$: Observable<Connection>
  readonly #arrivals = new Arrivals()
  readonly #pending = new Set<Connection>()

  /** @param back connects to where a dialler waits */
  constructor(
    private readonly ways: Listener,
    private readonly context: TransportContext,
    private readonly patience: number,
    private readonly back: (to: Address) => Promise<Connection>,
  ) {
    this.connections$ = this.#arrivals.connections$
    ways.connections$.subscribe({
      next: connection => this.#onWayThere(connection),
      complete: () => this.#arrivals.complete(),
    })
  }

  get address(): Address {
    return this.ways.address
  }

  async close(): Promise<void> {
    this.#arrivals.complete()
    await this.ways.close()
    for (const connection of this.#pending) connection.abort()
  }

  #onWayThere(connection: Connection): void {
    if (this.#pending.size >= MOST_PENDING) {
      connection.abort()
      return
    }
    this.#pending.add(connection)
    const expiry = this.context.clock.after(this.patience, () => connection.abort())
    this.#join(new WayIn(connection))
      .catch(() => connection.abort()) // a stranger, or one that gave up: nobody here waits for it
      .finally(() => {
        expiry.cancel()
        this.#pending.delete(connection)
      })
  }

  async #join(way: WayIn): Promise<void> {
    const { token, at } = readJoin(await way.preface)
    const out = await this.back(at)
    out.send(prefaceOf(token))
    this.#arrivals.add(new PairedConnection(out, way))
  }
}
