import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SHARED_MEMORY_FOLDER } from '../../native/posix/shared-memory-linux.js'
import { removeSharedObject } from '../../native/posix/shared-memory-object.js'

// Where the names of shared memory are listed: by Linux itself; on macOS, which lists none, by a file for
// each in the runtime folder. On Windows they go with their last process, and nothing is left to be listed.

/** A name in the system. */
export interface ListedSegment {
  readonly name: string
  /** What people know it by. */
  readonly path: string
  /** The user that it belongs to. */
  readonly uid: number
}

const noted = process.platform === 'darwin'
const folderOf = (runtimeFolder: string) =>
  noted ? join(runtimeFolder, 'shared-memory') : SHARED_MEMORY_FOLDER

/** Notes a name down before it is there, where the system does not list it. */
export function recordSegment(runtimeFolder: string, name: string): void {
  if (!noted) return
  mkdirSync(folderOf(runtimeFolder), { recursive: true, mode: 0o700 })
  writeFileSync(join(folderOf(runtimeFolder), name), '', { mode: 0o600 })
}

/** The name is gone. */
export function forgetSegment(runtimeFolder: string, name: string): void {
  if (noted) rmSync(join(folderOf(runtimeFolder), name), { force: true })
}

/** Removes a name and what was noted of it. @throws SignalboxError `SYSTEM`, `ACCESS_DENIED` */
export function removeSegment(runtimeFolder: string, name: string): void {
  removeSharedObject(name)
  forgetSegment(runtimeFolder, name)
}

/** The names of everything that there may be; those of others, too. */
export function listSegments(runtimeFolder: string): ListedSegment[] {
  if (process.platform === 'win32') return []
  const folder = folderOf(runtimeFolder)
  return namesIn(folder).flatMap(name => {
    const status = lstatSync(join(folder, name), { throwIfNoEntry: false })
    return status?.isFile() ? [{ name, path: noted ? `/${name}` : join(folder, name), uid: status.uid }] : []
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // nobody has made memory here
  }
}
