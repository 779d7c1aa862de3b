import { map, type Observable, share } from 'rxjs'
import {
  type Address,
  type Capabilities,
  type CloseReason,
  type Connection,
  type ConnectionTransport,
  formatAddress,
  type Limits,
  type Listener,
  type PeerIdentity,
  type TransportContext,
  type TransportOptions,
} from '../../core/contracts/index.js'
import { memory } from '../../transports/memory/index.js'
import { InProcessTransport } from './in-process.js'

/** Which end of a connection: the one that connected, or the one that was listening. */
export type End = 'dialler' | 'listener'

/** What a variant is: how it is called and described, and what its connections cannot do. */
export interface Variant {
  readonly name: string
  readonly summary: string
  readonly capabilities: Capabilities
  /** Takes something away from a connection in memory. */
  restrict(connection: Connection, end: End): Connection
}

/** Connections within this process that lack something. */
export class MemoryVariant extends InProcessTransport implements ConnectionTransport {
  readonly shape = 'connection'
  readonly name: string
  readonly summary: string
  protected readonly capabilities: Capabilities
  readonly #memory = memory()

  constructor(private readonly variant: Variant) {
    super()
    this.name = variant.name
    this.summary = variant.summary
    this.capabilities = Object.freeze(variant.capabilities)
  }

  async listen(address: Address, context: TransportContext, options?: TransportOptions): Promise<Listener> {
    const listener = await this.#memory.listen(this.#inMemory(address), context, options)
    const restrict = (connection: Connection) => this.variant.restrict(connection, 'listener')
    return {
      address,
      connections$: listener.connections$.pipe(map(restrict), share()),
      close: () => listener.close(),
    }
  }

  async connect(
    address: Address,
    context: TransportContext,
    options?: TransportOptions,
  ): Promise<Connection> {
    const connection = await this.#memory.connect(this.#inMemory(address), context, options)
    return this.variant.restrict(connection, 'dialler')
  }

  #inMemory(address: Address): Address {
    this.assertOwn(address)
    return formatAddress({ scheme: 'memory', host: '.', path: `${this.name}/${address.path}` })
  }
}

/** A connection that does everything as `connection`, for variants to override. */
export class RestrictedConnection implements Connection {
  readonly writable$: Observable<void>
  readonly closed: Promise<CloseReason>
  readonly remote: PeerIdentity
  readonly limits: Limits

  constructor(protected readonly connection: Connection) {
    this.writable$ = connection.writable$
    this.closed = connection.closed
    this.remote = connection.remote
    this.limits = connection.limits
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    return this.connection.send(frame)
  }

  receive(...args: Parameters<Connection['receive']>): void {
    this.connection.receive(...args)
  }

  pause(): void {
    this.connection.pause()
  }

  resume(): void {
    this.connection.resume()
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  abort(...args: Parameters<Connection['abort']>): void {
    this.connection.abort(...args)
  }
}
