import type { Socket } from 'node:net'
import { Arrivals, type PeerIdentity, type TransportContext } from '../../core/contracts/index.js'
import { SocketConnection } from '../socket/socket-connection.js'

/** The clients of one pipe: who was found acceptable arrives, of the others the operator is told. */
export class PipeArrivals extends Arrivals {
  readonly #name: string
  readonly #context: TransportContext

  constructor(name: string, context: TransportContext) {
    super()
    this.#name = name
    this.#context = context
  }

  /** Takes over `socket`, whose peer has been found acceptable. */
  accept(socket: Socket, remote: PeerIdentity): void {
    this.add(new SocketConnection(socket, { remote, name: this.#name, clock: this.#context.clock }))
  }

  /** Tells the operator that somebody was turned away. */
  refused(why: string): void {
    this.#context.log.warn(`${this.#name}: a peer was refused: ${why}`)
  }
}
