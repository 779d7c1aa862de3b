import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LeftOver } from '../../core/contracts/index.js'
import { NameLock } from './posix-name-lock.js'
import { inspectPath, removeStale } from './posix-socket.js'

const SUFFIX = /^(.+)\.(?:sock|lock)$/

/**
 * The sockets and locks of listeners that were killed. Those of a dead owner are never in anybody's way, because
 * the next listener of that name takes them over; but a name that is not used again keeps them for ever.
 */
export async function socketLeftOvers(runtimeFolder: string): Promise<LeftOver[]> {
  const files = new Set(await readdir(runtimeFolder))
  const names = new Set([...files].flatMap(file => SUFFIX.exec(file)?.[1] ?? []))
  const found: LeftOver[] = []
  for (const name of names) {
    const [socket, lock] = [join(runtimeFolder, `${name}.sock`), join(runtimeFolder, `${name}.lock`)]
    if (await isInUse(lock, socket)) continue
    found.push({
      ...(files.has(`${name}.sock`)
        ? { kind: 'socket', name: socket }
        : { kind: 'lock of a name', name: lock }),
      of: 'a process that does not hold its lock any more',
      whose: 'this user',
      remove: () => removeUnlessTaken(lock, socket),
    })
  }
  return found
}

/** A name is its owner's as long as he holds the lock; a foreign program's socket has none. */
async function isInUse(lock: string, socket: string): Promise<boolean> {
  if (await NameLock.isHeld(lock)) return true
  const state = await inspectPath(socket)
  return state === 'live' || state === 'something else'
}

/** As the next listener would: under the lock, so that none can begin meanwhile. */
async function removeUnlessTaken(lockPath: string, socket: string): Promise<boolean> {
  const lock = await NameLock.take(lockPath)
  if (lock === undefined) return false
  try {
    const state = await inspectPath(socket)
    if (state === 'stale') await removeStale(socket)
    return state === 'stale' || state === 'free'
  } finally {
    await lock.release()
  }
}
