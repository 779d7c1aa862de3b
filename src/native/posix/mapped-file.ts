import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  type Stats,
  unlinkSync,
} from 'node:fs'
import { constants as system } from 'node:os'
import { promisify } from 'node:util'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'
import { LOCKS_AT, type MappedFile, type MappingAccess } from '../mapping.js'
import { offLoop } from '../off-loop.js'
import { allocate, isNoRoom } from './allocate.js'
import { errno, libc } from './libc.js'
import { mapShared } from './memory-map.js'
import { lockByte } from './range-lock.js'
import { systemErrorName } from './system-error-name.js'

/** A pipe in the file's place must not block. */
const FLAGS = constants.O_NOFOLLOW | constants.O_NONBLOCK

const MS_SYNC = process.platform === 'darwin' ? 0x10 : 4

const flushFile = promisify(fsync)

/**
 * Creates a file of zeros that only this user may open, gives it its room on the disk, and maps it.
 * @throws SignalboxError `ADDRESS_INVALID`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `LIMIT_EXCEEDED`, `SYSTEM`
 */
export function createMappedFile(path: string, bytes: number): MappedFile {
  const mode = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | FLAGS
  const fd = attempt(path, 'create', () => openSync(path, mode, 0o600))
  try {
    attempt(path, 'create', () => ftruncateSync(fd, bytes))
    const error = allocate(fd, bytes)
    if (error !== undefined) throw notAllocated(path, bytes, error)
    return mapped(path, fd, fstatSync(fd), 'read-write')
  } catch (error) {
    closeSync(fd)
    unlinkSync(path)
    throw error
  }
}

/**
 * Maps all of a file.
 * @throws SignalboxError `ADDRESS_INVALID`, `NO_LISTENER` where there is none, `ACCESS_DENIED`, `LIMIT_EXCEEDED`, `SYSTEM`
 */
export function openMappedFile(path: string, access: MappingAccess): MappedFile {
  const mode = access === 'read' ? constants.O_RDONLY : constants.O_RDWR
  const fd = attempt(path, 'open', () => openSync(path, mode | FLAGS))
  try {
    const status = fstatSync(fd)
    if (!status.isFile()) throw new SignalboxError('ADDRESS_INVALID', `${path} is no file`)
    if (status.size === 0)
      throw new SignalboxError('ADDRESS_INVALID', `file ${path} is empty: nothing to map`)
    return mapped(path, fd, status, access)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Maps an open file, which is the result's from now on. */
function mapped(path: string, fd: number, { uid, size }: Stats, access: MappingAccess): MappedFile {
  const mapping = mapShared(`file ${path}`, fd, size, access)
  return {
    mapping,
    owner: String(uid),
    trusted: uid === process.geteuid?.() || uid === 0,
    async flush() {
      const { result, error } = await offLoop(libc().msync, errno, mapping.address, mapping.bytes, MS_SYNC)
      if (result === -1) throw failed(path, 'flush', systemErrorName(error))
      // Beyond what the disk itself keeps in memory, too: only macOS leaves that to the file.
      await flushFile(fd)
    },
    lock(number) {
      if (lockByte(fd, 'write', LOCKS_AT + number) === 0) return true
      const error = errno()
      if (error === system.errno.EAGAIN || error === system.errno.EACCES) return false
      throw failed(path, 'lock', systemErrorName(error))
    },
    unlock(number) {
      lockByte(fd, 'none', LOCKS_AT + number)
    },
    close: () => closeSync(fd),
  }
}

function notAllocated(path: string, bytes: number, error: string): SignalboxError {
  if (!isNoRoom(error)) return failed(path, 'create', error)
  const why = `cannot create file ${path}: its disk has no room for ${bytes} B; ask for less, or make room there`
  return new SignalboxError('LIMIT_EXCEEDED', why)
}

function failed(path: string, act: string, error: string): SignalboxError {
  return new SignalboxError('SYSTEM', `cannot ${act} file ${path}: ${error}`)
}

function attempt<T>(path: string, act: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw failure(path, act, error)
  }
}

function failure(path: string, act: string, cause: unknown): SignalboxError {
  const why = (text: string) => `cannot ${act} file ${path}: ${text}`
  switch (cause instanceof Error && 'code' in cause ? cause.code : undefined) {
    case 'EEXIST':
      return new SignalboxError('ADDRESS_IN_USE', why('there is one; open it, or use another path'), {
        cause,
      })
    case 'ENOENT':
      return act === 'create'
        ? new SignalboxError('ADDRESS_INVALID', why('its folder does not exist'), { cause })
        : new SignalboxError('NO_LISTENER', why('there is none; it must be created first'), { cause })
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENXIO':
    case 'ENAMETOOLONG':
      return new SignalboxError('ADDRESS_INVALID', why(reasonOf(cause)), { cause })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SignalboxError('ACCESS_DENIED', why(reasonOf(cause)), { cause })
    case 'EFBIG':
      return new SignalboxError('LIMIT_EXCEEDED', why('no file can be that large'), { cause })
  }
  return new SignalboxError('SYSTEM', why(reasonOf(cause)), { cause })
}
