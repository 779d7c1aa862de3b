import {
  type Address,
  type Availability,
  type Capabilities,
  type Connection,
  type ConnectionTransport,
  type Listener,
  type TransportContext,
  type TransportOptions,
} from '../../core/contracts/index.js'
import { nativeAvailability } from '../../native/availability.js'
import { libc } from '../../native/posix/libc.js'
import { kernel32 } from '../../native/win32/kernel32.js'
import { capabilitiesAt, platforms } from './capabilities.js'
import { nodePipeAddress, returnPipeAddress } from './pipe-name.js'
import { dialSocket } from './posix-dial.js'
import { listenOnSocket } from './posix-listener.js'
import { dialPipe } from './windows-dial.js'
import { listenOnPipe } from './windows-listener.js'

const onWindows = process.platform === 'win32'

/** Pipes by name: the native one on Windows, a Unix socket elsewhere. */
export class NamedPipeTransport implements ConnectionTransport {
  readonly shape = 'connection'
  readonly name = 'named-pipe'
  readonly summary =
    'A byte stream between two processes of one user on one machine, found by name; the kernel says who the peer is.'

  async availability(): Promise<Availability> {
    return nativeAvailability(this.name, platforms, onWindows ? kernel32 : libc)
  }

  describe(address: Address): Capabilities {
    return capabilitiesAt(address)
  }

  nodeAddress(namespace: string, node: string): Address {
    return nodePipeAddress(namespace, node)
  }

  returnAddress(to: Address, unique: string): Address {
    return returnPipeAddress(to, unique)
  }

  async listen(
    address: Address,
    context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Listener> {
    return onWindows ? listenOnPipe(address, context, options) : listenOnSocket(address, context, options)
  }

  async connect(
    address: Address,
    context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Connection> {
    return onWindows ? dialPipe(address, context, options) : dialSocket(address, context, options)
  }
}
