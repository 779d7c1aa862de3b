import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, lstat, mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { reasonOf, SignalboxError } from '../contracts/index.js'

// Files that several processes create, read and remove without ever seeing a half-written one.

/** Bytes of the largest file that is read; more is foreign. */
const LARGEST = 64 * 1024
/** How often, and after how many ms each time, what Windows refuses for the moment is tried again. */
const ATTEMPTS = 100
const PAUSE = 5

/**
 * Creates a file with all of its content at once, readable by this user only, and its folder if need be.
 * @returns false when there is a file of that name already; of several processes at once one gets true
 * @throws SignalboxError `SYSTEM`
 */
export async function createWhole(path: string, content: string | Uint8Array): Promise<boolean> {
  const folder = dirname(path)
  const draft = join(folder, draftName())
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(draft, content, { flag: 'wx', mode: 0o600 })
    try {
      // Unlike a rename, a link never takes the place of another file.
      await whenFree(() => link(draft, path))
      return true
    } finally {
      await whenFree(() => unlink(draft))
    }
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw failure('create', path, error)
  }
}

/**
 * Puts a file in the place of whatever is there, with all of its content at once, and makes its folder if need be.
 * Of several processes at once the last one counts.
 * @throws SignalboxError `SYSTEM`
 */
export async function replaceWhole(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  const draft = join(folder, draftName())
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(draft, content, { flag: 'wx', mode: 0o600 })
    try {
      await whenFree(() => rename(draft, path))
    } catch (error) {
      await whenFree(() => unlink(draft))
      throw error
    }
  } catch (error) {
    throw failure('replace', path, error)
  }
}

/**
 * The bytes of a file, or undefined when there is none. What is no plain file, or larger than 64 KiB,
 * reads as empty: it is not opened, because a pipe in its place would never end.
 * @throws SignalboxError `SYSTEM`
 */
export async function readWhole(path: string): Promise<Uint8Array | undefined> {
  try {
    const status = await lstat(path)
    if (!status.isFile() || status.size > LARGEST) return new Uint8Array()
    // At once: a thread that ended in between would leave the file open, and Windows its name in the folder.
    return await whenFree(async () => readFileSync(path))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw failure('read', path, error)
  }
}

/**
 * Removes a file; it is all the same when there is none any more.
 * @throws SignalboxError `SYSTEM`
 */
export async function removeWhole(path: string): Promise<void> {
  try {
    await whenFree(() => unlink(path))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw failure('remove', path, error)
  }
}

/** The pid that wrote the draft of this name, or undefined when it is no draft's name. */
export function drafterOf(file: string): number | undefined {
  const pid = /^(\d+)\.[0-9a-f-]{36}\.draft$/.exec(file)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

function draftName(): string {
  return `${process.pid}.${randomUUID()}.draft`
}

/** Windows refuses to touch a file while another process removes or scans it; a moment later it may. */
async function whenFree<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      const momentary = ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '')
      if (process.platform !== 'win32' || !momentary || attempt === ATTEMPTS) throw error
      await pause(PAUSE)
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function failure(act: string, path: string, cause: unknown): SignalboxError {
  const why = `cannot ${act} ${path} (${reasonOf(cause)}); its folder must be this user's, on a file system with hard links`
  return new SignalboxError('SYSTEM', why, { cause })
}
