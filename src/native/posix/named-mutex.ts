import { closeSync, fchmodSync, fstatSync } from 'node:fs'
import { constants as system } from 'node:os'
import { SignalboxError } from '../../core/contracts/index.js'
import type { MutexLock, NamedMutex } from '../synchronisation/named-objects.js'
import { errno, Flock, libc } from './libc.js'
import { NamedBell } from './named-bell.js'
import { namedPath } from './named-path.js'

const FREE = 0o600
/** The mark of an owner, which outlives one that did not let go. */
const OWNED = 0o700
const OWNER_MARK = OWNED & ~FREE

/**
 * A `flock` on the FIFO `<runtime folder>/sync/<name>.mutex`: the kernel ends it with its owner, and at the same time
 * rings for those who wait. That the owner did not let go is told by the right to execute, which he took away.
 * @throws SignalboxError `ADDRESS_INVALID`, `ACCESS_DENIED`, `TRANSPORT_UNAVAILABLE`, `SYSTEM`
 */
export async function openNamedMutex(name: string, runtimeFolder?: string): Promise<NamedMutex> {
  const bell = NamedBell.at(await namedPath(name, 'mutex', runtimeFolder))
  const tryLock = () => lockAtOnce(bell)
  return { tryLock, lock: signal => bell.firstOf(tryLock, signal), close: () => {} }
}

function lockAtOnce(bell: NamedBell): MutexLock | undefined {
  const fd = bell.hold()
  if (libc().flock(fd, Flock.EXCLUSIVE | Flock.NON_BLOCKING) === -1) {
    const error = errno()
    closeSync(fd)
    if (error === system.errno.EWOULDBLOCK) return undefined
    throw new SignalboxError('SYSTEM', `flock of ${bell.path} failed: errno ${error}`)
  }
  const abandoned = (fstatSync(fd).mode & OWNER_MARK) !== 0
  fchmodSync(fd, OWNED)
  const release = () => {
    fchmodSync(fd, FREE)
    closeSync(fd)
  }
  return { abandoned, release }
}
