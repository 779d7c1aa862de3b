import type { Socket } from 'node:net'
import {
  type Address,
  aborted,
  type Connection,
  reasonOf,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../../core/contracts/index.js'
import { connectSocket } from '../socket/connect-socket.js'
import { SocketConnection } from '../socket/socket-connection.js'
import { systemCodeOf } from '../socket/socket-fault.js'
import { dialPatiently } from './patient-dial.js'
import { pipeNameOf } from './pipe-name.js'
import { posixPathsOf } from './posix-path.js'
import { isTrusted, posixPeerOf } from './posix-peer.js'

/** Connects to the Unix socket of an address, if a process of this user, or root's, listens there. */
export async function dialSocket(
  address: Address,
  context: TransportContext,
  options: TransportOptions,
): Promise<Connection> {
  const { signal } = options
  const { socket: path } = posixPathsOf(pipeNameOf(address, options), context.runtimeFolder)
  const what = `connect to ${address.href}`
  const attempt = async () => {
    try {
      return await connectSocket({ path }, signal)
    } catch (error) {
      if (signal?.aborted) throw aborted(what, signal)
      // Linux says this at once, where other systems wait: the listener's queue is full.
      if (systemCodeOf(error) === 'EAGAIN') return 'busy'
      throw asDialError(address, path, error)
    }
  }
  const socket = await dialPatiently({
    what,
    clock: context.clock,
    signal,
    attempt,
    discard: socket => void socket.destroy(),
  })
  return vetted(socket, address, context)
}

function vetted(socket: Socket, address: Address, { clock }: TransportContext): Connection {
  const peer = posixPeerOf(socket)
  if (peer === undefined || !isTrusted(peer)) {
    socket.destroy()
    const who = peer === undefined ? 'nobody knows who' : `user ${peer.uid}`
    throw new SignalboxError('ACCESS_DENIED', `${address.href}: ${who} listens there, not this user`)
  }
  const remote = { pid: peer.pid, user: { by: 'kernel', id: String(peer.uid) } } as const
  return new SocketConnection(socket, { remote, name: address.href, clock })
}

function asDialError(address: Address, path: string, cause: unknown): SignalboxError {
  switch (systemCodeOf(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SignalboxError(
        'NO_LISTENER',
        `${address.href}: nobody listens there (no ${path}); start its owner`,
        {
          cause,
        },
      )
    case 'ECONNREFUSED':
      return new SignalboxError(
        'NO_LISTENER',
        `${address.href}: its owner has died (${path}); start it again`,
        {
          cause,
        },
      )
    case 'EACCES':
    case 'EPERM':
      return new SignalboxError('ACCESS_DENIED', `${address.href}: ${path} is not open to this user`, {
        cause,
      })
    default:
      return new SignalboxError('SYSTEM', `${address.href}: cannot connect: ${reasonOf(cause)}`, { cause })
  }
}
