import { fstatSync, type Stats } from 'node:fs'
import { SignalboxError } from '../../core/contracts/index.js'
import type { MappingAccess, SharedHandle, SharedObject } from '../mapping.js'
import { mapShared, wholePages } from './memory-map.js'
import * as onLinux from './shared-memory-linux.js'
import * as onMacOS from './shared-memory-macos.js'

const {
  createObject,
  createUnnamed,
  openObject,
  removeObject,
  reopened,
  closeObject,
  closeUnopened,
  LONGEST_NAME,
} = process.platform === 'darwin' ? onMacOS : onLinux

/** What the system would take for the path of a file elsewhere, or refuse. */
const UNUSABLE = /[/\0]|^\.{0,2}$/

/**
 * Creates the POSIX shared-memory object `/<name>`, full of zeros, that only this user may open. The name stays
 * until somebody removes it.
 * @param bytes rounded up to whole pages; there is room for all of them when this returns
 * @throws SignalboxError `ADDRESS_INVALID`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `LIMIT_EXCEEDED`, `SYSTEM`
 */
export function createSharedObject(name: string, bytes: number): SharedObject {
  const fd = createObject(checked(name), wholePages(bytes))
  try {
    return mapped(name, fd, 'read-write')
  } catch (error) {
    removeObject(name)
    throw error
  }
}

/**
 * Opens the POSIX shared-memory object `/<name>`.
 * @throws SignalboxError `ADDRESS_INVALID`, `NO_LISTENER` where there is none, `ACCESS_DENIED`, `SYSTEM`
 */
export function openSharedObject(name: string, access: MappingAccess): SharedObject {
  return mapped(name, openObject(checked(name), access), access)
}

/**
 * Removes the name of the POSIX shared-memory object `/<name>`; it is all the same when it is gone already.
 * @throws SignalboxError `ADDRESS_INVALID`, `ACCESS_DENIED`, `SYSTEM`
 */
export function removeSharedObject(name: string): void {
  removeObject(checked(name))
}

/**
 * Creates shared memory like {@link createSharedObject}, without a name: only a descriptor leads to it.
 * @throws SignalboxError `LIMIT_EXCEEDED`, `SYSTEM`; `TRANSPORT_UNAVAILABLE` on macOS
 */
export function createAnonymousObject(bytes: number): SharedObject {
  return adoptSharedObject(createUnnamed(wholePages(bytes)), 'read-write')
}

/**
 * The memory that a descriptor of this process is open to. The descriptor belongs to it from now on, unless it leads to none.
 * @throws SignalboxError `ADDRESS_INVALID` where it is none; `ACCESS_DENIED`; `LIMIT_EXCEEDED`; `SYSTEM`
 */
export function adoptSharedObject(fd: number, access: MappingAccess): SharedObject {
  const { uid, size } = checkedMemory(fd)
  let open = true
  const letGo = () => {
    if (open) closeUnopened(fd)
    open = false
  }
  try {
    const { address, bytes, ...whole } = mapShared(`shared memory of descriptor ${fd}`, fd, size, access)
    const retire = () => {
      whole.retire()
      letGo()
    }
    const unmap = () => {
      whole.unmap()
      letGo()
    }
    const share = (shared: MappingAccess) => handleOf(reopened(fd, shared))
    return { mapping: { address, bytes, retire, unmap }, ...ownedBy(uid), unlink: () => {}, share }
  } catch (error) {
    letGo()
    throw error
  }
}

/** @throws SignalboxError `TRANSPORT_UNAVAILABLE`: no POSIX system has it */
export function takeSharedHandle(): never {
  throw noDuplication()
}

/** Maps all of an object, and closes its descriptor, which a mapping does not need. */
function mapped(name: string, fd: number, access: MappingAccess): SharedObject {
  try {
    const { uid, size } = fstatSync(fd)
    return {
      mapping: mapShared(`shared memory ${name}`, fd, size, access),
      ...ownedBy(uid),
      unlink: () => removeObject(name),
      share: shared => handleOf(openObject(name, shared)),
    }
  } finally {
    closeObject(fd)
  }
}

const ownedBy = (uid: number) => ({
  owner: String(uid),
  trusted: uid === process.geteuid?.() || uid === 0,
})

function handleOf(fd: number): SharedHandle {
  return {
    value: fd,
    duplicateInto() {
      throw noDuplication()
    },
    close: () => closeObject(fd),
  }
}

/** What else may be open by that number, such as a socket or an empty file, cannot be mapped. */
function checkedMemory(fd: number): Stats {
  let status: Stats | undefined
  try {
    status = fstatSync(fd)
  } catch {
    // There is none: the same as one of another kind.
  }
  if (status?.isFile() && status.size > 0) return status
  throw new SignalboxError('ADDRESS_INVALID', `this process has no memory open by the descriptor ${fd}`)
}

function noDuplication(): SignalboxError {
  const why =
    'POSIX does not duplicate handles into other processes: give the memory a name, or let them inherit it'
  return new SignalboxError('TRANSPORT_UNAVAILABLE', why)
}

function checked(name: string): string {
  const invalid = (why: string) =>
    new SignalboxError('ADDRESS_INVALID', `${JSON.stringify(name)} is no name of shared memory: ${why}`)
  if (UNUSABLE.test(name)) throw invalid('it needs at least one character, and no slashes')
  const bytes = Buffer.byteLength(name)
  if (bytes > LONGEST_NAME) {
    throw invalid(`it has ${bytes} bytes, and ${process.platform} takes ${LONGEST_NAME}; shorten it`)
  }
  return name
}
