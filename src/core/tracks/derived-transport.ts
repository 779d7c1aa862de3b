import type {
  Address,
  Availability,
  Capabilities,
  Connection,
  ConnectionTransport,
  Listener,
  Transport,
  TransportContext,
  TransportOptions,
} from '../contracts/index.js'

/** What transports that are made of another one have in common: they are called as it is, and work where it does. */
export abstract class DerivedTransport<Source extends Transport> implements ConnectionTransport {
  readonly shape = 'connection'
  readonly name: string
  readonly summary: string

  constructor(protected readonly source: Source) {
    this.name = source.name
    this.summary = source.summary
  }

  availability(): Promise<Availability> {
    return this.source.availability()
  }

  nodeAddress(namespace: string, node: string): Address {
    return this.source.nodeAddress(namespace, node)
  }

  abstract describe(address: Address): Capabilities
  abstract listen(address: Address, context: TransportContext, options?: TransportOptions): Promise<Listener>
  abstract connect(
    address: Address,
    context: TransportContext,
    options?: TransportOptions,
  ): Promise<Connection>
}
