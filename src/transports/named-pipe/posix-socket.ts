import { lstat, unlink } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { systemCodeOf } from '../socket/socket-fault.js'

/**
 * Opens a Unix socket; resolves when it is connected, rejects with Node's error. `signal` ends the
 * attempt, not the connection: Node's own option would end that too, however much later it fires.
 */
export function connectSocket(path: string, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    const giveUp = () => socket.destroy(new Error('aborted'))
    const settle = () => signal?.removeEventListener('abort', giveUp)
    const fail = (error: Error) => {
      settle()
      reject(error)
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      settle()
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

/** What is at a socket's path. */
export type PathState = 'free' | 'stale' | 'live' | 'something else'

/**
 * Finds out what is at `path`, by knocking. Nobody answers at the socket of a dead process; a server
 * that is between its bind and its listen would look the same, which is why owners hold a lock.
 */
export async function inspectPath(path: string): Promise<PathState> {
  try {
    if (!(await lstat(path)).isSocket()) return 'something else'
    hangUpGently(await connectSocket(path))
    return 'live'
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT') return 'free'
    // Any other refusal, such as a full queue or missing rights, comes from somebody who lives.
    return code === 'ECONNREFUSED' ? 'stale' : 'live'
  }
}

/** A socket that is dropped with unread bytes is an error for a server that greets its clients. */
function hangUpGently(socket: Socket): void {
  socket.on('error', () => {}).unref()
  socket.resume().end()
}

/** Removes a socket whose owner is dead. The caller holds the name's lock. */
export async function removeStale(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error
  }
}
