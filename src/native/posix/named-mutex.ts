import { closeSync, constants, fchmodSync, fstatSync, rmSync } from 'node:fs'
import { constants as system } from 'node:os'
import { SignalboxError } from '../../core/contracts/index.js'
import type { MutexLock, NamedMutex } from '../synchronisation/named-objects.js'
import { errno, Flock, libc } from './libc.js'
import { NamedBell } from './named-bell.js'
import { hasName, openIfThere, type Unused, type Use } from './named-file.js'
import { namedPath } from './named-path.js'
import { lockByte } from './range-lock.js'

const FREE = 0o600
/** The mark of an owner, which outlives one that did not let go. */
const OWNED = 0o700
const OWNER_MARK = OWNED & ~FREE
/** The byte of the FIFO that all who have the mutex open lock to read: who can lock it to write is alone. */
const USERS = 0

/**
 * A `flock` on the FIFO `<runtime folder>/sync/<name>.mutex`: the kernel ends it with its owner, and at the same time
 * rings for those who wait. That the owner did not let go is told by the right to execute, which he took away.
 * Who closes it last removes it.
 * @throws SignalboxError `ADDRESS_INVALID`, `ACCESS_DENIED`, `TRANSPORT_UNAVAILABLE`, `SYSTEM`
 */
export async function openNamedMutex(name: string, runtimeFolder?: string): Promise<NamedMutex> {
  const path = await namedPath(name, 'mutex', runtimeFolder)
  const { bell, presence } = join(path)
  /** Its opener, and the lock that is held, which may outlast him. */
  let uses = 1
  const leave = () => {
    uses -= 1
    if (uses > 0) return
    closeSync(presence)
    useOfMutex(path, 'remove')
  }
  const tryLock = () => {
    const lock = lockAtOnce(bell, leave)
    if (lock !== undefined) uses += 1
    return lock
  }
  return { tryLock, lock: signal => bell.firstOf(tryLock, signal), close: leave }
}

/**
 * Whether anybody has the mutex open, and what to do where nobody has: nobody can open it meanwhile. One that was abandoned
 * stays, so that its next owner hears of it.
 * @throws what `fs.openSync` and `fs.rmSync` throw
 */
export function useOfMutex(path: string, whenUnused: Unused): Use {
  const fd = openIfThere(path, constants.O_RDWR)
  if (fd === undefined) return 'none'
  try {
    if (lockByte(fd, 'write', USERS) === -1) return 'in use'
    // Foreign programs may have no more than this.
    if (libc().flock(fd, Flock.EXCLUSIVE | Flock.NON_BLOCKING) === -1) return 'in use'
    if (isAbandoned(fd)) return 'abandoned'
    if (whenUnused === 'remove' && hasName(fd)) rmSync(path, { force: true })
    return 'none'
  } finally {
    closeSync(fd)
  }
}

/** Makes the FIFO where there is none, and counts as one of its users until `presence` is closed. */
function join(path: string): { bell: NamedBell; presence: number } {
  for (;;) {
    const bell = NamedBell.at(path)
    const presence = openIfThere(path, constants.O_RDONLY)
    if (presence === undefined) continue
    // Waits for nobody but one who is about to remove it.
    const failed = lockByte(presence, 'read', USERS, true) === -1
    if (!failed && hasName(presence)) return { bell, presence }
    const error = errno()
    closeSync(presence)
    if (failed) throw new SignalboxError('SYSTEM', `fcntl of ${path} failed: errno ${error}`)
  }
}

function lockAtOnce(bell: NamedBell, released: () => void): MutexLock | undefined {
  const fd = bell.hold()
  if (libc().flock(fd, Flock.EXCLUSIVE | Flock.NON_BLOCKING) === -1) {
    const error = errno()
    closeSync(fd)
    if (error === system.errno.EWOULDBLOCK) return undefined
    throw new SignalboxError('SYSTEM', `flock of ${bell.path} failed: errno ${error}`)
  }
  const abandoned = isAbandoned(fd)
  fchmodSync(fd, OWNED)
  const release = () => {
    fchmodSync(fd, FREE)
    closeSync(fd)
    released()
  }
  return { abandoned, release }
}

const isAbandoned = (fd: number) => (fstatSync(fd).mode & OWNER_MARK) !== 0
