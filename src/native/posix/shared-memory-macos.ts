import { constants } from 'node:fs'
import { SignalboxError } from '../../core/contracts/index.js'
import type { MappingAccess } from '../mapping.js'
import { errno } from './libc.js'
import { libSystem } from './libsystem.js'
import { systemErrorName } from './system-error-name.js'

/** Bytes of a name (PSHMNAMLEN, sys/posix_shm.h), without the slash that begins it. */
export const LONGEST_NAME = 30

/** Creates an object; macOS lets its size be set once. @returns its file descriptor */
export function createObject(name: string, bytes: number): number {
  const { ftruncate } = libSystem()
  const fd = shmOpen(name, 'create', constants.O_RDWR | constants.O_CREAT | constants.O_EXCL)
  if (ftruncate(fd, bytes) !== -1) return fd
  const error = failure(name, 'create')
  closeObject(fd)
  removeObject(name)
  throw error
}

/** macOS has none that could be opened a second time. */
export function createUnnamed(): never {
  throw new SignalboxError('TRANSPORT_UNAVAILABLE', 'macOS has no memory without a name; give it one')
}

/** macOS does not open again what a descriptor is open to. */
export function reopened(): never {
  const why = 'macOS gives no second descriptor of memory that was handed over; hand on the first one'
  throw new SignalboxError('TRANSPORT_UNAVAILABLE', why)
}

/** @returns its file descriptor */
export function openObject(name: string, access: MappingAccess): number {
  return shmOpen(name, 'open', access === 'read' ? constants.O_RDONLY : constants.O_RDWR)
}

/** Removes the name; it is all the same when it is gone already. */
export function removeObject(name: string): void {
  if (libSystem().shm_unlink(`/${name}`) === -1 && systemErrorName(errno()) !== 'ENOENT') {
    throw failure(name, 'remove')
  }
}

/** Not by node:fs, which did not open it. */
export function closeObject(fd: number): void {
  libSystem().close(fd)
}

export const closeUnopened = closeObject

function shmOpen(name: string, act: string, flags: number): number {
  const fd = libSystem().shm_open(`/${name}`, flags, 'int', 0o600)
  if (fd === -1) throw failure(name, act)
  return fd
}

/** Right only when it is made before any other native call. */
function failure(name: string, act: string): SignalboxError {
  const error = systemErrorName(errno())
  const why = (text: string) => `cannot ${act} shared memory ${name}: ${text}`
  switch (error) {
    case 'EEXIST':
      return new SignalboxError(
        'ADDRESS_IN_USE',
        why('there is one of that name; remove it or use another name'),
      )
    case 'ENOENT':
      return new SignalboxError('NO_LISTENER', why('there is none; it must be created first'))
    case 'EACCES':
    case 'EPERM':
      return new SignalboxError(
        'ACCESS_DENIED',
        why('its rights forbid it; it may belong to another user, whom macOS does not tell'),
      )
    case 'ENOMEM':
    case 'EFBIG':
      return new SignalboxError('LIMIT_EXCEEDED', why('the system has no room for it; ask for less'))
  }
  return new SignalboxError('SYSTEM', why(error))
}
