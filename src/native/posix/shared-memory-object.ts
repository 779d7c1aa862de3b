import { fstatSync } from 'node:fs'
import { SignalboxError } from '../../core/contracts/index.js'
import type { MappingAccess, SharedObject } from '../mapping.js'
import { mapShared, wholePages } from './memory-map.js'
import * as onLinux from './shared-memory-linux.js'
import * as onMacOS from './shared-memory-macos.js'

const { createObject, openObject, removeObject, closeObject, LONGEST_NAME } =
  process.platform === 'darwin' ? onMacOS : onLinux

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

/** Maps all of an object, and closes its descriptor, which a mapping does not need. */
function mapped(name: string, fd: number, access: MappingAccess): SharedObject {
  try {
    const { uid, size } = fstatSync(fd)
    return {
      mapping: mapShared(`shared memory ${name}`, fd, size, access),
      owner: String(uid),
      trusted: uid === process.geteuid?.() || uid === 0,
      unlink: () => removeObject(name),
    }
  } finally {
    closeObject(fd)
  }
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
