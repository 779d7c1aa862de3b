import type { Observable } from 'rxjs'
import {
  type Address,
  Arrivals,
  type Connection,
  type Endpoint,
  type Listener,
  type PacketTransport,
  reasonOf,
  type Timer,
  type TransportContext,
  type TransportOptions,
} from '../contracts/index.js'
import { acceptPacket, ID_LENGTH, isFor, PacketKind, readOpen } from './conversation-packet.js'
import { heardBy } from './heard-by.js'
import { PacketConnection } from './packet-connection.js'
import { returnAddressFor } from './return-address.js'

/** Diallers that did not confirm yet, at most: anybody can send an `open` (I12). They ask again. */
const MOST_PENDING = 64

/**
 * Diallers that are remembered after they got their connection, at most (I12). A repeated question of one that was
 * forgotten is answered once more: that answer stays unconfirmed, and is given up like any other.
 */
const MOST_SERVED = 1024

/** Somebody who dials, and the end that was made for it. */
interface Pending {
  readonly expiry: Timer
  /** Absent while the end's endpoint is being opened. */
  endpoint?: Endpoint
  accept?: () => void
}

/** A place at which connections arrive that are made of packets. Each has an endpoint of its own, so that closing the place leaves them. */
export class PacketListener implements Listener {
  readonly connections$: Observable<Connection>
  readonly #arrivals = new Arrivals()
  readonly #pending = new Map<string, Pending>()
  /** Diallers that have their connection. What they asked a second time may arrive after they confirmed. */
  readonly #served = new Map<string, Timer>()
  #closed = false

  constructor(
    private readonly transport: PacketTransport,
    private readonly place: Endpoint,
    private readonly context: TransportContext,
    private readonly options: TransportOptions,
    private readonly patience: number,
  ) {
    this.connections$ = this.#arrivals.connections$
    heardBy(place).subscribe(({ from, bytes }) => {
      const open = readOpen(bytes)
      if (open !== undefined) this.#onOpen(open.dialler, from ?? open.at)
    })
    place.closed.then(() => this.#over())
  }

  get address(): Address {
    return this.place.address
  }

  async close(): Promise<void> {
    this.#over()
    await this.place.close()
  }

  #over(): void {
    this.#closed = true
    for (const key of this.#pending.keys()) this.#forget(key)
    for (const key of this.#served.keys()) this.#forgetServed(key)
    this.#arrivals.complete()
  }

  #onOpen(dialler: Uint8Array, at: Address): void {
    const key = Buffer.from(dialler).toString('hex')
    if (this.#served.has(key)) return
    const known = this.#pending.get(key)
    if (known !== undefined || this.#closed || this.#pending.size >= MOST_PENDING) {
      known?.accept?.()
      return
    }
    const expiry = this.context.clock.after(this.patience, () => this.#forget(key))
    const pending: Pending = { expiry }
    this.#pending.set(key, pending)
    this.#answer(dialler, at, key, pending).catch(error => {
      this.#forget(key)
      this.context.log.warn(`${this.address.href}: a connection could not be made`, {
        reason: reasonOf(error),
      })
    })
  }

  async #answer(dialler: Uint8Array, at: Address, key: string, pending: Pending): Promise<void> {
    const { transport, context } = this
    const { signal: _, ...options } = this.options // it was for listening
    const endpoint = await transport.open(
      returnAddressFor(transport, this.address, context),
      context,
      options,
    )
    if (this.#pending.get(key) !== pending) return endpoint.close()
    const { maxFrame: maxPacket, group } = transport.describe(this.address)
    const to = group === 'always' ? 'all' : at
    const ownId = context.random.bytes(ID_LENGTH)
    const connection = new PacketConnection({ endpoint, ownId, peerId: dialler, to, maxPacket })
    let confirmed = false
    heardBy(endpoint).subscribe(({ bytes }) => {
      if (!isFor(bytes, ownId)) return
      if (!confirmed) {
        confirmed = true
        this.#serve(key, pending)
        this.#arrivals.add(connection)
      }
      if (bytes[0] === PacketKind.confirm) connection.signal('ready')
      else connection.take(bytes)
    })
    const accept = acceptPacket(dialler, ownId, endpoint.address)
    pending.endpoint = endpoint
    pending.accept = () => void endpoint.send(accept, to)
    pending.accept()
  }

  #serve(key: string, pending: Pending): void {
    pending.expiry.cancel()
    this.#pending.delete(key)
    if (this.#closed) return
    const [oldest] = this.#served.keys()
    if (oldest !== undefined && this.#served.size >= MOST_SERVED) this.#forgetServed(oldest)
    this.#served.set(
      key,
      this.context.clock.after(this.patience, () => this.#forgetServed(key)),
    )
  }

  #forgetServed(key: string): void {
    this.#served.get(key)?.cancel()
    this.#served.delete(key)
  }

  #forget(key: string): void {
    const pending = this.#pending.get(key)
    this.#pending.delete(key)
    pending?.expiry.cancel()
    void pending?.endpoint?.close()
  }
}
