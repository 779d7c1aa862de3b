import { isSignalboxError, SignalboxError } from '../../core/contracts/index.js'
import type { MappingAccess, SharedHandle, SharedObject } from '../mapping.js'
import { duplicateOf } from './duplicate-handle.js'
import { type Handle, INVALID_HANDLE, kernel32, NO_HANDLE, Win32Error, win32Failure } from './kernel32.js'
import { objectPathOf } from './object-path.js'
import { HandleExchange } from './passed-handles.js'
import { privateSecurity } from './private-security.js'
import { isTrustedSid, ownerSidOf } from './user-sid.js'

const PAGE_READWRITE = 0x04
const FILE_MAP_WRITE = 0x0002
const FILE_MAP_READ = 0x0004
/** Lets the owner be read. */
const READ_CONTROL = 0x20000
/** MEMORY_BASIC_INFORMATION on 64-bit Windows. */
const Region = { SIZE: 48, BYTES: 24 } as const

/**
 * Creates a file mapping over the system's paging file, full of zeros, that only this user may open:
 * `Local\<name>`, or in another namespace where `name` begins with it. The name lasts as long as a handle: views
 * of other processes do not count. Follows CreateFileMappingW.
 * @param bytes rounded up to whole pages
 * @throws SignalboxError `ADDRESS_INVALID`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `LIMIT_EXCEEDED`, `SYSTEM`
 */
export function createSharedObject(name: string, bytes: number): SharedObject {
  return created(objectPathOf(name, 'shared memory'), bytes)
}

/**
 * Like {@link createSharedObject}, without a name: only a handle leads to it.
 * @throws SignalboxError `LIMIT_EXCEEDED`, `SYSTEM`
 */
export function createAnonymousObject(bytes: number): SharedObject {
  return created(null, bytes)
}

function created(path: string | null, bytes: number): SharedObject {
  const { CreateFileMappingW, GetLastError, CloseHandle } = kernel32()
  const [high, low] = [Math.floor(bytes / 2 ** 32), bytes % 2 ** 32]
  const section = CreateFileMappingW(INVALID_HANDLE, privateSecurity(), PAGE_READWRITE, high, low, path)
  const code = GetLastError()
  if (section === NO_HANDLE || code === Win32Error.ALREADY_EXISTS) {
    if (section !== NO_HANDLE) CloseHandle(section)
    throw createFailure(path ?? 'without a name', bytes, code)
  }
  let named = true
  const letGo = () => {
    if (named) CloseHandle(section)
    named = false
  }
  try {
    return mapped(path ?? 'without a name', section, 'read-write', letGo, access => {
      if (named) return duplicateOf(section, { access: rightsFor(access) | READ_CONTROL })
      throw new SignalboxError(
        'NO_LISTENER',
        `shared memory ${path} has lost its name, and nothing leads to it`,
      )
    })
  } catch (error) {
    letGo()
    throw error
  }
}

/**
 * Opens the file mapping `Local\<name>`, or in another namespace where `name` begins with it.
 * @throws SignalboxError `ADDRESS_INVALID`, `NO_LISTENER` where there is none, `ACCESS_DENIED`, `SYSTEM`
 */
export function openSharedObject(name: string, access: MappingAccess): SharedObject {
  const path = objectPathOf(name, 'shared memory')
  const section = sectionNamed(path, access)
  try {
    return mapped(
      path,
      section,
      access,
      () => {},
      shared => sectionNamed(path, shared),
    )
  } finally {
    kernel32().CloseHandle(section)
  }
}

/**
 * The memory that a handle of this process leads to. The handle belongs to it from now on, unless it leads to none.
 * @throws SignalboxError `ADDRESS_INVALID` where it leads to none; `ACCESS_DENIED`; `LIMIT_EXCEEDED`; `SYSTEM`
 */
export function adoptSharedObject(handle: number, access: MappingAccess): SharedObject {
  const section = handle as Handle
  let open = true
  const letGo = () => {
    if (open) kernel32().CloseHandle(section)
    open = false
  }
  try {
    return mapped(`of handle ${handle}`, section, access, letGo, shared =>
      duplicateOf(section, { access: rightsFor(shared) | READ_CONTROL }),
    )
  } catch (error) {
    if (!isSignalboxError(error, 'ADDRESS_INVALID')) letGo()
    throw error
  }
}

/**
 * A handle of this process to the memory that `value` leads to in process `pid`.
 * @throws SignalboxError `ACCESS_DENIED`; `SYSTEM`, also where there is no such process or handle
 */
export function takeSharedHandle(pid: number, value: number): number {
  const exchange = new HandleExchange(pid)
  try {
    return exchange.borrow(value as Handle)
  } finally {
    exchange.close()
  }
}

function sectionNamed(path: string, access: MappingAccess): Handle {
  const { OpenFileMappingW, GetLastError } = kernel32()
  const section = OpenFileMappingW(rightsFor(access) | READ_CONTROL, 0, path)
  if (section !== NO_HANDLE) return section
  const code = GetLastError()
  if (code !== Win32Error.FILE_NOT_FOUND) throw win32Failure(`OpenFileMappingW of ${path}`, code)
  const why = `cannot open shared memory ${path}: there is none; it must be created first`
  throw new SignalboxError('NO_LISTENER', why)
}

/**
 * Maps all of a section.
 * @param letGo of the handle that keeps the name
 * @param another opens another handle to it
 */
function mapped(
  path: string,
  section: Handle,
  access: MappingAccess,
  letGo: () => void,
  another: (access: MappingAccess) => Handle,
): SharedObject {
  const owner = ownerSidOf(section)
  const address = viewOf(`shared memory ${path}`, section, access)
  const unmap = () => {
    kernel32().UnmapViewOfFile(address)
    letGo()
  }
  return {
    mapping: { address, bytes: regionSizeAt(address), retire: letGo, unmap },
    owner,
    trusted: owner !== undefined && isTrustedSid(owner),
    unlink: letGo,
    share: shared => handleOf(another(shared)),
  }
}

function handleOf(section: Handle): SharedHandle {
  return {
    value: section,
    duplicateInto(pid) {
      const exchange = new HandleExchange(pid)
      try {
        return exchange.lend(section)
      } finally {
        exchange.close()
      }
    },
    close: () => void kernel32().CloseHandle(section),
  }
}

/**
 * Maps all of a section, and returns where. Follows MapViewOfFile.
 * @param what how messages call it
 * @throws SignalboxError `LIMIT_EXCEEDED` without room among this process's addresses; `SYSTEM`
 */
export function viewOf(what: string, section: Handle, access: MappingAccess): bigint {
  const address = kernel32().MapViewOfFile(section, rightsFor(access), 0, 0, 0)
  if (address !== null) return address
  const code = kernel32().GetLastError()
  if (code === Win32Error.INVALID_HANDLE) {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${what}: this process has no handle of memory by that number`,
    )
  }
  if (!isExhaustion(code)) throw win32Failure(`MapViewOfFile of ${what}`, code)
  throw new SignalboxError('LIMIT_EXCEEDED', `mapping ${what} failed: Win32 error ${code}`)
}

/** Bytes of the view, which the system rounds up to whole pages. */
function regionSizeAt(address: bigint): number {
  const region = Buffer.alloc(Region.SIZE)
  if (kernel32().VirtualQuery(address, region, Region.SIZE) === 0)
    throw win32Failure('VirtualQuery of a view')
  return Number(region.readBigUInt64LE(Region.BYTES))
}

const rightsFor = (access: MappingAccess) =>
  access === 'read' ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE

function createFailure(path: string, bytes: number, code: number): SignalboxError {
  const why = (text: string) => `cannot create shared memory ${path}: ${text}`
  switch (code) {
    case Win32Error.ALREADY_EXISTS:
      return new SignalboxError(
        'ADDRESS_IN_USE',
        why('a process has one of that name open; use another name'),
      )
    case Win32Error.INVALID_HANDLE:
      return new SignalboxError('ADDRESS_IN_USE', why('the name is that of an object of another kind'))
    case Win32Error.ACCESS_DENIED:
      return new SignalboxError(
        'ACCESS_DENIED',
        why('another user has one of that name open, whom Windows does not tell; use another name'),
      )
  }
  if (isExhaustion(code)) {
    return new SignalboxError('LIMIT_EXCEEDED', why(`the system has no room for ${bytes} B; ask for less`))
  }
  return win32Failure(`CreateFileMappingW of ${path}`, code)
}

const isExhaustion = (code: number) =>
  code === Win32Error.NOT_ENOUGH_MEMORY ||
  code === Win32Error.COMMITMENT_LIMIT ||
  code === Win32Error.DISK_FULL
