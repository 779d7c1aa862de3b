import type { Socket } from 'node:net'
import { type Observable, Subject } from 'rxjs'
import type { Connection, PeerIdentity, TransportContext } from '../../core/contracts/index.js'
import { SocketConnection } from '../socket/socket-connection.js'

/** The connections of one listener: given to who is subscribed, closed while nobody is. */
export class Arrivals {
  readonly connections$: Observable<Connection>
  readonly #connections = new Subject<Connection>()
  readonly #name: string
  readonly #context: TransportContext

  constructor(name: string, context: TransportContext) {
    this.#name = name
    this.#context = context
    this.connections$ = this.#connections.asObservable()
  }

  /** Takes over `socket`, whose peer has been found acceptable. */
  accept(socket: Socket, remote: PeerIdentity): void {
    const connection = new SocketConnection(socket, { remote, name: this.#name, clock: this.#context.clock })
    if (this.#connections.observed) this.#connections.next(connection)
    else connection.abort()
  }

  /** Tells the operator that somebody was turned away. */
  refused(why: string): void {
    this.#context.log.warn(`${this.#name}: a peer was refused: ${why}`)
  }

  complete(): void {
    this.#connections.complete()
  }
}
