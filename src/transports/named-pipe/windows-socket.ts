import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { type Connection, reasonOf, SignalboxError } from '../../core/contracts/index.js'
import { type Handle, kernel32 } from '../../native/win32/kernel32.js'
import { libuv } from '../../native/win32/libuv.js'
import { PipeConnection, type PipeConnectionOptions } from '../socket/pipe-connection.js'
import { SocketConnection } from '../socket/socket-connection.js'

/** Which way bytes go at this end of a pipe. */
export type PipeWay = 'both' | 'in' | 'out'

/**
 * A connection over a connected, overlapped pipe, whose handle is the connection's from now on, also when this throws.
 * @throws SignalboxError `SYSTEM`
 */
export function connectionOver(
  pipe: Handle,
  way: PipeWay,
  options: Required<PipeConnectionOptions>,
): Connection {
  const socket = socketOf(pipe, options.name, way)
  switch (way) {
    case 'both':
      return new SocketConnection(socket, options)
    case 'in':
      return new PipeConnection(socket, undefined, options)
    case 'out':
      return new PipeConnection(undefined, socket, options)
  }
}

/**
 * Gives a connected, overlapped pipe to Node. The handle is the socket's from now on, also when this throws.
 * @throws SignalboxError `SYSTEM`
 */
export function socketOf(pipe: Handle, what: string, way: PipeWay = 'both'): Socket {
  const fd = libuv().uv_open_osfhandle(pipe)
  if (fd === -1) {
    kernel32().CloseHandle(pipe)
    throw new SignalboxError(
      'SYSTEM',
      `${what}: no file descriptor is left; close something, or use more processes`,
    )
  }
  try {
    const socket = new Socket({ fd, readable: way !== 'out', writable: way !== 'in' })
    // A pipe has no half-closed state: its peer learns of our end when the handle is closed. By now
    // everything has been read (FlushFileBuffers), so to wait for the peer's end would be in vain.
    return socket.once('finish', () => socket.destroy())
  } catch (cause) {
    closeSync(fd)
    throw new SignalboxError('SYSTEM', `${what}: node does not take the pipe (${reasonOf(cause)})`, { cause })
  }
}
