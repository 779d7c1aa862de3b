import {
  type Address,
  type Availability,
  type Capabilities,
  type Connection,
  type ConnectionTransport,
  type Listener,
  parseAddress,
  type TransportContext,
  type TransportOptions,
} from '../../core/contracts/index.js'
import { capabilitiesAt } from './capabilities.js'
import { dial } from './dial.js'
import { listen } from './tcp-listener.js'

/** Streams between two ports. */
export class TcpTransport implements ConnectionTransport {
  readonly shape = 'connection'
  readonly name = 'tcp'
  readonly summary =
    'A byte stream between two ports, on this machine or, where allowed, between machines; it does not say who the peer is.'

  async availability(): Promise<Availability> {
    return { usable: true }
  }

  describe(address: Address): Capabilities {
    return capabilitiesAt(address)
  }

  /** Any free port: ports have no names, so a node's real address is what its listener says. */
  nodeAddress(_namespace: string, _node: string): Address {
    return parseAddress('tcp://127.0.0.1:0')
  }

  listen(address: Address, context: TransportContext, options: TransportOptions = {}): Promise<Listener> {
    return listen(address, context, options)
  }

  connect(address: Address, context: TransportContext, options: TransportOptions = {}): Promise<Connection> {
    return dial(address, context, options)
  }
}
