import { libc } from './libc.js'

const onMac = process.platform === 'darwin'

/** What to do with a byte: `read`, a lock that many have; `write`, one that excludes all others; `none` lets go. */
const LockType = onMac ? { read: 1, none: 2, write: 3 } : { read: 0, write: 1, none: 2 }
const F_OFD_SETLK = onMac ? 90 : 37
const F_OFD_SETLKW = onMac ? 91 : 38

/** Where the fields of struct flock are (fcntl.h), on 64-bit systems. */
const FlockFields = onMac
  ? { SIZE: 24, START: 0, LENGTH: 8, TYPE: 20 }
  : { SIZE: 32, START: 8, LENGTH: 16, TYPE: 0 }

/**
 * Locks one byte of a file, which need not be there, for this opening of the file: unlike other locks of a range, it knows
 * threads, and the end of no other opening ends it. A FIFO has such bytes, too. Source: fcntl(2), open file description locks.
 * @param wait blocks this thread until it can be had. @default false
 * @returns 0, or -1 and the reason in `errno`
 */
export function lockByte(fd: number, type: keyof typeof LockType, at: number, wait = false): number {
  const lock = Buffer.alloc(FlockFields.SIZE)
  lock.writeInt16LE(LockType[type], FlockFields.TYPE)
  lock.writeBigInt64LE(BigInt(at), FlockFields.START)
  lock.writeBigInt64LE(1n, FlockFields.LENGTH)
  return libc().fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, 'void *', lock)
}
