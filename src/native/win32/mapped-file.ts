import { resolve, toNamespacedPath } from 'node:path'
import { SignalboxError } from '../../core/contracts/index.js'
import { LOCKS_AT, type MappedFile, type MappingAccess } from '../mapping.js'
import { type NativeResult, offLoop } from '../off-loop.js'
import { viewOf } from './file-mapping.js'
import { type Handle, INVALID_HANDLE, kernel32, NO_HANDLE, Win32Error, win32Failure } from './kernel32.js'
import { privateSecurity } from './private-security.js'
import { isTrustedSid, ownerSidOf } from './user-sid.js'

const GENERIC_READ = 0x80000000
const GENERIC_WRITE = 0x40000000
/** Lets the owner be read. */
const READ_CONTROL = 0x20000
const FILE_SHARE_ALL = 7
const CREATE_NEW = 1
const OPEN_EXISTING = 3
const PAGE_READONLY = 0x02
const PAGE_READWRITE = 0x04
const LOCKFILE_EXCLUSIVE_AT_ONCE = 3

/** Of OVERLAPPED on 64-bit Windows, where it tells a place in a file. */
const Overlapped = { SIZE: 32, LOW: 16, HIGH: 20 } as const

/**
 * Creates a file of zeros that only this user may open, and maps it.
 * @throws SignalboxError `ADDRESS_INVALID`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `LIMIT_EXCEEDED`, `SYSTEM`
 */
export function createMappedFile(path: string, bytes: number): MappedFile {
  const file = open(path, 'create', 'read-write')
  try {
    return mapped(path, file, 'read-write', bytes)
  } catch (error) {
    kernel32().CloseHandle(file)
    throw error
  }
}

/**
 * Maps all of a file.
 * @throws SignalboxError `ADDRESS_INVALID`, `NO_LISTENER` where there is none, `ACCESS_DENIED`, `LIMIT_EXCEEDED`, `SYSTEM`
 */
export function openMappedFile(path: string, access: MappingAccess): MappedFile {
  const file = open(path, 'open', access)
  try {
    const bytes = sizeOf(path, file)
    if (bytes === 0) throw new SignalboxError('ADDRESS_INVALID', `file ${path} is empty: nothing to map`)
    return mapped(path, file, access, bytes)
  } catch (error) {
    kernel32().CloseHandle(file)
    throw error
  }
}

function open(path: string, act: 'create' | 'open', access: MappingAccess): Handle {
  const { CreateFileW, GetLastError } = kernel32()
  const rights = READ_CONTROL + GENERIC_READ + (access === 'read' ? 0 : GENERIC_WRITE)
  const [security, disposition] = act === 'create' ? [privateSecurity(), CREATE_NEW] : [null, OPEN_EXISTING]
  const name = toNamespacedPath(resolve(path))
  const file = CreateFileW(name, rights, FILE_SHARE_ALL, security, disposition, 0, NO_HANDLE)
  if (file === INVALID_HANDLE) throw failure(path, act, GetLastError())
  return file
}

/** Maps an open file, which is the result's from now on, and grows to `bytes`. */
function mapped(path: string, file: Handle, access: MappingAccess, bytes: number): MappedFile {
  const { CreateFileMappingW, UnmapViewOfFile, CloseHandle, GetLastError } = kernel32()
  const { FlushViewOfFile, FlushFileBuffers, LockFileEx, UnlockFileEx } = kernel32()
  const [high, low] = [Math.floor(bytes / 2 ** 32), bytes % 2 ** 32]
  const protection = access === 'read' ? PAGE_READONLY : PAGE_READWRITE
  const section = CreateFileMappingW(file, null, protection, high, low, null)
  if (section === NO_HANDLE) throw failure(path, 'map', GetLastError())
  let address: bigint
  try {
    address = viewOf(`file ${path}`, section, access)
  } finally {
    CloseHandle(section) // a view does not need it
  }
  const owner = ownerSidOf(file)
  const flushed = ({ result, error }: NativeResult<number>) => {
    if (result === 0) throw failure(path, 'flush', error)
  }
  return {
    mapping: { address, bytes, retire: () => {}, unmap: () => UnmapViewOfFile(address) },
    owner,
    trusted: owner !== undefined && isTrustedSid(owner),
    async flush() {
      flushed(await offLoop(FlushViewOfFile, GetLastError, address, bytes))
      flushed(await offLoop(FlushFileBuffers, GetLastError, file))
    },
    lock(number) {
      if (LockFileEx(file, LOCKFILE_EXCLUSIVE_AT_ONCE, 0, 1, 0, placeOf(number)) !== 0) return true
      const code = GetLastError()
      if (code === Win32Error.LOCK_VIOLATION || code === Win32Error.IO_PENDING) return false
      throw failure(path, 'lock', code)
    },
    unlock(number) {
      UnlockFileEx(file, 0, 1, 0, placeOf(number))
    },
    close: () => CloseHandle(file),
  }
}

function placeOf(number: number): Uint8Array {
  const overlapped = Buffer.alloc(Overlapped.SIZE)
  overlapped.writeUInt32LE(number, Overlapped.LOW)
  overlapped.writeUInt32LE(LOCKS_AT / 2 ** 32, Overlapped.HIGH)
  return overlapped
}

function sizeOf(path: string, file: Handle): number {
  const bytes = Buffer.alloc(8)
  if (!kernel32().GetFileSizeEx(file, bytes)) throw win32Failure(`GetFileSizeEx of ${path}`)
  return Number(bytes.readBigInt64LE())
}

function failure(path: string, act: string, code: number): SignalboxError {
  const why = (text: string) => `cannot ${act} file ${path}: ${text}`
  switch (code) {
    case Win32Error.FILE_EXISTS:
    case Win32Error.ALREADY_EXISTS:
      return new SignalboxError('ADDRESS_IN_USE', why('there is one; open it, or use another path'))
    case Win32Error.FILE_NOT_FOUND:
      return new SignalboxError('NO_LISTENER', why('there is none; it must be created first'))
    case Win32Error.PATH_NOT_FOUND:
      return new SignalboxError('ADDRESS_INVALID', why('its folder does not exist'))
    case Win32Error.INVALID_NAME:
      return new SignalboxError('ADDRESS_INVALID', why('it is no name of a file'))
    case Win32Error.SHARING_VIOLATION:
      return new SignalboxError('ACCESS_DENIED', why('a program has it open that does not share it'))
    case Win32Error.DISK_FULL:
    case Win32Error.NOT_ENOUGH_MEMORY:
    case Win32Error.COMMITMENT_LIMIT:
      return new SignalboxError('LIMIT_EXCEEDED', why('there is no room for it; ask for less'))
  }
  return win32Failure(why('the system said no'), code)
}
