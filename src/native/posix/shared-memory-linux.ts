import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'
import type { MappingAccess } from '../mapping.js'
import { allocate, isNoRoom } from './allocate.js'
import { errno } from './libc.js'
import { linuxLibc } from './linux-libc.js'
import { systemErrorName } from './system-error-name.js'

/** Where glibc and musl have the objects of `shm_open`: plain files in memory. */
export const SHARED_MEMORY_FOLDER = '/dev/shm'

/** Bytes of a name. */
export const LONGEST_NAME = 255

/** How messages call what has no name. */
const UNNAMED = 'without a name'
/** Children do not inherit it unasked. */
const MFD_CLOEXEC = 1

/** What `shm_open` adds; a pipe in the object's place must not block. */
const FLAGS = constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Creates an object and gives it its memory. @returns its file descriptor */
export function createObject(name: string, bytes: number): number {
  const fd = attempt(name, 'create', () =>
    openSync(pathOf(name), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | FLAGS, 0o600),
  )
  try {
    attempt(name, 'create', () => ftruncateSync(fd, bytes))
    const error = allocate(fd, bytes)
    if (error !== undefined) throw notAllocated(name, bytes, error)
    return fd
  } catch (error) {
    closeSync(fd)
    unlinkSync(pathOf(name))
    throw error
  }
}

/** Creates an object without a name and gives it its memory. @returns its file descriptor */
export function createUnnamed(bytes: number): number {
  const fd = linuxLibc().memfd_create('signalbox', MFD_CLOEXEC)
  if (fd === -1) throw new SignalboxError('SYSTEM', `memfd_create failed: ${systemErrorName(errno())}`)
  try {
    attempt(UNNAMED, 'create', () => ftruncateSync(fd, bytes))
    const error = allocate(fd, bytes)
    if (error !== undefined) throw notAllocated(UNNAMED, bytes, error)
    return fd
  } catch (error) {
    closeUnopened(fd)
    throw error
  }
}

/** Another descriptor of what `fd` is open to. */
export function reopened(fd: number, access: MappingAccess): number {
  const mode = access === 'read' ? constants.O_RDONLY : constants.O_RDWR
  return attempt(UNNAMED, 'open', () => openSync(`/proc/self/fd/${fd}`, mode))
}

/** @returns its file descriptor */
export function openObject(name: string, access: MappingAccess): number {
  const mode = access === 'read' ? constants.O_RDONLY : constants.O_RDWR
  const fd = attempt(name, 'open', () => openSync(pathOf(name), mode | FLAGS))
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  throw new SignalboxError('ADDRESS_INVALID', `${pathOf(name)} is no shared memory`)
}

/** Removes the name; it is all the same when it is gone already. */
export function removeObject(name: string): void {
  try {
    unlinkSync(pathOf(name))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw failure(name, 'remove', error)
  }
}

export const closeObject = closeSync

/** For a descriptor that `node:fs` did not open, and would complain of in a thread. */
export function closeUnopened(fd: number): void {
  linuxLibc().close(fd)
}

const pathOf = (name: string) => join(SHARED_MEMORY_FOLDER, name)

function attempt<T>(name: string, act: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw failure(name, act, error)
  }
}

function failure(name: string, act: string, cause: unknown): SignalboxError {
  const why = (text: string) => `cannot ${act} shared memory ${name}: ${text}`
  switch (codeOf(cause)) {
    case 'EEXIST':
      return new SignalboxError(
        'ADDRESS_IN_USE',
        why(`there is one of that name${ownerOf(name)}; remove it or use another name`),
        { cause },
      )
    case 'ENOENT':
      if (act === 'create') break
      return new SignalboxError('NO_LISTENER', why('there is none; it must be created first'), { cause })
    case 'EACCES':
    case 'EPERM':
      return new SignalboxError('ACCESS_DENIED', why(`its rights forbid it${ownerOf(name)}`), { cause })
    case 'EFBIG':
      return new SignalboxError('LIMIT_EXCEEDED', why('no file can be that large'), { cause })
  }
  return new SignalboxError('SYSTEM', why(reasonOf(cause)), { cause })
}

function notAllocated(name: string, bytes: number, error: string): SignalboxError {
  if (!isNoRoom(error)) {
    return new SignalboxError('SYSTEM', `shared memory ${name}: allocating ${bytes} B failed: ${error}`)
  }
  return new SignalboxError(
    'LIMIT_EXCEEDED',
    `cannot create shared memory ${name}: ${SHARED_MEMORY_FOLDER} has no room for ${bytes} B; ask for less, remove what \`signalbox doctor\` finds there, or enlarge it (mount -o remount,size=…)`,
  )
}

/** Whose the object is, for a message. */
function ownerOf(name: string): string {
  try {
    return `, and it belongs to user ${statSync(pathOf(name)).uid}`
  } catch {
    return ''
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
