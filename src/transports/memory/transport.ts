import { setImmediate } from 'node:timers/promises'
import {
  type Address,
  type Availability,
  type Capabilities,
  type Connection,
  type ConnectionTransport,
  formatAddress,
  type Listener,
  nodePath,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { capabilities } from './capabilities.js'
import { MemoryListener } from './memory-listener.js'

/** Connections between parts of one process. */
export class MemoryTransport implements ConnectionTransport {
  readonly shape = 'connection'
  readonly name = 'memory'
  readonly summary =
    'Frames between parts of one process, found by name; for tests and for several nodes in one process.'

  async availability(): Promise<Availability> {
    return { usable: true }
  }

  describe(_address: Address): Capabilities {
    return capabilities
  }

  nodeAddress(namespace: string, node: string): Address {
    return formatAddress({ scheme: 'memory', host: '.', path: nodePath(namespace, node) })
  }

  async listen(
    address: Address,
    _context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Listener> {
    assertName(address)
    throwIfAborted(`listen on ${address.href}`, options.signal)
    return MemoryListener.open(address)
  }

  async connect(
    address: Address,
    _context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Connection> {
    assertName(address)
    const what = `connect to ${address.href}`
    throwIfAborted(what, options.signal)
    // A turn of its own, as with any other transport: what arrives never interrupts its listener.
    await setImmediate()
    throwIfAborted(what, options.signal)
    return MemoryListener.at(address).accept()
  }
}

function assertName(address: Address): void {
  if (
    address.scheme === 'memory' &&
    address.host === '.' &&
    address.port === undefined &&
    address.path !== ''
  ) {
    return
  }
  throw new SignalboxError(
    'ADDRESS_INVALID',
    `${address.href}: a place in memory looks like memory://./orders`,
  )
}
