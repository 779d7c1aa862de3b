import type {
  Address,
  Capabilities,
  Connection,
  ConnectionTransport,
  Listener,
  PacketTransport,
  TransportContext,
  TransportOptions,
} from '../contracts/index.js'
import { PATIENCE } from './attempt.js'
import { DATA_HEADER } from './conversation-packet.js'
import { DerivedTransport } from './derived-transport.js'
import { dialOver } from './packet-dial.js'
import { PacketListener } from './packet-listener.js'

/** Options of what has to ask and wait for an answer to connect. */
export interface PatienceOptions {
  /**
   * Milliseconds until a listener that does not answer counts as absent.
   * @default 2000
   */
  readonly patience?: number
}

/**
 * Connections over a mechanism that has none. Each end of a connection has an endpoint and a random id of its own, and
 * hears only packets that carry it. What the mechanism loses or reorders stays lost and out of order; one that
 * closes says so once. A peer that died is noticed where the mechanism tells that nobody is there: at once where it
 * watches (`close: watch`), else with the next packet.
 */
export function connectionsOver(
  transport: PacketTransport,
  options: PatienceOptions = {},
): ConnectionTransport {
  return new ConnectionsOverPackets(transport, options.patience ?? PATIENCE)
}

class ConnectionsOverPackets extends DerivedTransport<PacketTransport> {
  constructor(
    transport: PacketTransport,
    private readonly patience: number,
  ) {
    super(transport)
  }

  describe(address: Address): Capabilities {
    const raw = this.source.describe(address)
    return {
      ...raw,
      maxFrame: raw.maxFrame - DATA_HEADER,
      direction: 'duplex',
      group: 'none',
      boundaries: 'message',
      flowControl: 'none',
      connectProves: 'listener',
      identity: 'none',
      persistent: false,
    }
  }

  async listen(
    address: Address,
    context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Listener> {
    const place = await this.source.open(address, context, options)
    return new PacketListener(this.source, place, context, options, this.patience)
  }

  connect(address: Address, context: TransportContext, options: TransportOptions = {}): Promise<Connection> {
    return dialOver(this.source, address, context, options, this.patience)
  }
}
