import type { Socket } from 'node:net'
import type { Connection, TransportContext } from '../../core/contracts/index.js'
import { SocketConnection } from '../socket/socket-connection.js'

/** Silence, in ms, after which the operating system asks the peer's whether it is still there. */
const KEEP_ALIVE_AFTER = 15_000

/** A connected TCP socket as a connection. TCP tells where the peer is, not who it is. */
export function tcpConnection(socket: Socket, name: string, { clock }: TransportContext): Connection {
  // Frames are packed before they are written, so the kernel has nothing to wait for.
  socket.setNoDelay(true)
  // Finds a peer whose machine is gone while nothing is sent. Wine refuses this before the connect.
  socket.setKeepAlive(true, KEEP_ALIVE_AFTER)
  return new SocketConnection(socket, { remote: { pid: undefined, user: { by: 'none' } }, name, clock })
}
