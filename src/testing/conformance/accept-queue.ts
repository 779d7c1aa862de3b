import type { Connection } from '../../core/contracts/connection.js'
import type { Listener } from '../../core/contracts/listener.js'

/** The connections of a listener, one `await` at a time. */
export class AcceptQueue {
  readonly #arrived: Connection[] = []
  readonly #waiting: { take: (connection: Connection) => void; stop: (error: Error) => void }[] = []
  /** Resolves when the listener has said that no more connections come. */
  readonly completed: Promise<void>

  constructor(readonly listener: Listener) {
    this.completed = new Promise(resolve => {
      listener.connections$.subscribe({
        next: connection => {
          const waiting = this.#waiting.shift()
          if (waiting === undefined) this.#arrived.push(connection)
          else waiting.take(connection)
        },
        complete: () => {
          const closed = new Error(`${listener.address.href} was closed before the next connection arrived`)
          for (const { stop } of this.#waiting.splice(0)) stop(closed)
          resolve()
        },
      })
    })
  }

  /** The next connection; rejects when the listener closes first. */
  next(): Promise<Connection> {
    const arrived = this.#arrived.shift()
    if (arrived !== undefined) return Promise.resolve(arrived)
    return new Promise((take, stop) => this.#waiting.push({ take, stop }))
  }

  /** Lets the next `times` connections be used at the same time, and resolves when they all have been. */
  async serve(times: number, use: (connection: Connection) => Promise<unknown>): Promise<void> {
    const used: Promise<unknown>[] = []
    for (let time = 0; time < times; time++) used.push(use(await this.next()))
    await Promise.all(used)
  }

  /** Closes the listener, and drops what nobody took. */
  async close(): Promise<void> {
    await this.listener.close()
    for (const connection of this.#arrived.splice(0)) connection.abort()
  }
}
