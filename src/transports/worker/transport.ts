import { MessageChannel, MessagePort } from 'node:worker_threads'
import {
  type Address,
  type Availability,
  type Capabilities,
  type Connection,
  type EndPair,
  formatAddress,
  type IntroducedTransport,
  nodePath,
  SignalboxError,
  type TransportContext,
} from '../../core/contracts/index.js'
import { capabilities } from './capabilities.js'
import { WorkerConnection } from './worker-connection.js'

/** Connections between threads of one process, over message ports. */
export class WorkerTransport implements IntroducedTransport<MessagePort> {
  readonly shape = 'introduced'
  readonly name = 'worker'
  readonly summary =
    'Frames between threads of one process, over message ports; for work that needs a core of its own.'

  async availability(): Promise<Availability> {
    return { usable: true }
  }

  describe(_address: Address): Capabilities {
    return capabilities
  }

  nodeAddress(namespace: string, node: string): Address {
    return formatAddress({ scheme: 'worker', host: '.', path: nodePath(namespace, node) })
  }

  pair(): EndPair<MessagePort> {
    const { port1, port2 } = new MessageChannel()
    return [port1, port2]
  }

  adopt(end: MessagePort, address: Address, _context: TransportContext): Connection {
    if (end instanceof MessagePort) return new WorkerConnection(end, address)
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${address.href}: what was handed over is no MessagePort; hand over one end of pair()`,
    )
  }
}
