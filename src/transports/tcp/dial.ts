import type { Socket } from 'node:net'
import {
  type Address,
  aborted,
  type Connection,
  reasonOf,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { connectSocket } from '../socket/connect-socket.js'
import { systemCodeOf } from '../socket/socket-fault.js'
import { endpointOf } from './endpoint.js'
import { tcpConnection } from './tcp-socket.js'

/** Connects to the listener of an address. */
export async function dial(
  address: Address,
  context: TransportContext,
  options: TransportOptions,
): Promise<Connection> {
  const { signal } = options
  const endpoint = endpointOf(address, options)
  if (endpoint.port === 0) {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${address.href}: port 0 is only for listening; give the listener's port`,
    )
  }
  const what = `connect to ${address.href}`
  throwIfAborted(what, signal)
  let socket: Socket
  try {
    socket = await connectSocket({ ...endpoint, allowHalfOpen: true }, signal)
  } catch (error) {
    throw signal?.aborted ? aborted(what, signal) : asDialError(address, error)
  }
  if (isConnectedToItself(socket)) {
    socket.destroy()
    throw new SignalboxError('NO_LISTENER', `${address.href}: nobody listens there; start the listener first`)
  }
  return tcpConnection(socket, address.href, context)
}

/**
 * Without a listener, the system may by chance choose the very port that is dialled for our own end;
 * then TCP's simultaneous open (RFC 9293, section 3.5) connects the socket to itself.
 */
function isConnectedToItself(socket: Socket): boolean {
  return socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress
}

function asDialError(address: Address, cause: unknown): SignalboxError {
  switch (systemCodeOf(cause)) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
      return new SignalboxError(
        'NO_LISTENER',
        `${address.href}: nobody listens there (${reasonOf(cause)}); start the listener first, or correct the address`,
        { cause },
      )
    case 'EACCES':
    case 'EPERM':
      return new SignalboxError(
        'ACCESS_DENIED',
        `${address.href}: this machine's rules forbid the connection (${reasonOf(cause)}); check its firewall`,
        { cause },
      )
    default:
      return new SignalboxError('SYSTEM', `${address.href}: cannot connect: ${reasonOf(cause)}`, { cause })
  }
}
