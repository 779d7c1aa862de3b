import { lstat, unlink } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { connectSocket } from '../socket/connect-socket.js'
import { systemCodeOf } from '../socket/socket-fault.js'

/** What is at a socket's path. */
export type PathState = 'free' | 'stale' | 'live' | 'something else'

/**
 * Finds out what is at `path`, by knocking. Nobody answers at the socket of a dead process; a server
 * that is between its bind and its listen would look the same, which is why owners hold a lock.
 */
export async function inspectPath(path: string): Promise<PathState> {
  try {
    if (!(await lstat(path)).isSocket()) return 'something else'
    hangUpGently(await connectSocket({ path }))
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
