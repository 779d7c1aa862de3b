import { SignalboxError } from '../../core/contracts/index.js'
import { errno, libc } from './libc.js'
import { systemErrorName } from './system-error-name.js'

const F_SETFD = 2
const FD_CLOEXEC = 1
const AF_UNIX = 1
const SOCK_STREAM = 1

/**
 * The read end and the write end of a new pipe, as descriptors of the caller's that no other program inherits unasked.
 * Follows pipe(2).
 * @throws SignalboxError `LIMIT_EXCEEDED` without descriptors that are left; `SYSTEM`
 */
export function makePipe(): readonly [read: number, write: number] {
  return two('a pipe', descriptors => libc().pipe(descriptors))
}

/** The two ends of a new pair of connected stream sockets; like {@link makePipe}. Follows socketpair(2). */
export function makeSocketPair(): readonly [number, number] {
  return two('a pair of sockets', descriptors => libc().socketpair(AF_UNIX, SOCK_STREAM, 0, descriptors))
}

/** Keeps a program that this process starts from inheriting `fd` unasked. */
export function closeOnExec(fd: number): void {
  libc().fcntl(fd, F_SETFD, 'int', FD_CLOEXEC)
}

function two(what: string, make: (descriptors: Int32Array) => number): readonly [number, number] {
  const descriptors = new Int32Array(2)
  if (make(descriptors) !== 0) {
    const error = systemErrorName(errno())
    const full = error === 'EMFILE' || error === 'ENFILE'
    throw new SignalboxError(full ? 'LIMIT_EXCEEDED' : 'SYSTEM', `${what} cannot be made: ${error}`)
  }
  const [one = -1, other = -1] = descriptors
  closeOnExec(one)
  closeOnExec(other)
  return [one, other]
}
