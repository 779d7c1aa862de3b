import { closeSync, constants, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'
import { MappedView } from '../mapped-view.js'
import { errno, Flock, libc } from './libc.js'
import { mapShared } from './memory-map.js'
import { NamedBell } from './named-bell.js'
import { hasName, openIfThere, type Unused, type Use } from './named-file.js'

/** Bytes of the file: a page, of which the first words are used. */
const BYTES = 4096
/** The first word, once the others have their initial values. */
const MADE = 0x53_42_73_79

/** Behind the path of the words: the bell for those who wait for one to change. */
export const BELL_SUFFIX = '.bell'

/**
 * Integers that processes have in common by a file, for Atomics, and a bell beside it. They live as long as anybody has them open,
 * by a shared `flock`; who finds nobody gives them their initial values, whatever a process that was killed left
 * there, and who closes them last removes both files.
 */
export class NamedWords {
  readonly #path: string
  readonly #fd: number
  readonly #view: MappedView
  /** Behind the mark. */
  readonly words: Int32Array
  readonly bell: NamedBell

  private constructor(path: string, fd: number) {
    // The bell last: until the words are locked, somebody may remove it.
    this.bell = NamedBell.at(path + BELL_SUFFIX)
    this.#path = path
    this.#fd = fd
    this.#view = new MappedView(path, mapShared(path, fd, BYTES, 'read-write'))
    this.words = new Int32Array(this.#view.buffer, Int32Array.BYTES_PER_ELEMENT)
  }

  /** @throws SignalboxError `SYSTEM`; `ADDRESS_IN_USE`; `LIMIT_EXCEEDED` without room */
  static open(path: string, initial: readonly number[]): NamedWords {
    for (;;) {
      const fd = attempt(path, () =>
        openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600),
      )
      try {
        if (shareMade(path, fd, initial)) return new NamedWords(path, fd)
      } catch (error) {
        closeSync(fd)
        throw error
      }
      closeSync(fd)
    }
  }

  /** Once only. */
  close(): void {
    this.#view.close()
    if (isAlone(this.#fd)) removeAlone(this.#path, this.#fd)
    closeSync(this.#fd)
  }
}

/**
 * Whether anybody has the words open, and what to do with them and their bell where nobody has: nobody can open them meanwhile.
 * @throws what `fs.openSync` and `fs.rmSync` throw
 */
export function useOfWords(path: string, whenUnused: Unused): Use {
  // A bell may be left alone, and is removed under the lock of the words, too.
  const fd = openIfThere(path, constants.O_RDWR | (whenUnused === 'remove' ? constants.O_CREAT : 0))
  if (fd === undefined) return 'none'
  try {
    if (!isAlone(fd)) return 'in use'
    if (whenUnused === 'remove') removeAlone(path, fd)
    return 'none'
  } finally {
    closeSync(fd)
  }
}

/** The lock of `fd` becomes an exclusive one, or is lost. */
const isAlone = (fd: number) => libc().flock(fd, Flock.EXCLUSIVE | Flock.NON_BLOCKING) === 0

/** The bell first: without it, the words are still found. */
function removeAlone(path: string, fd: number): void {
  if (!hasName(fd)) return
  rmSync(path + BELL_SUFFIX, { force: true })
  rmSync(path, { force: true })
}

/** Locks the words together with others, and gives them their values where nobody has. @returns false when they were removed */
function shareMade(path: string, fd: number, initial: readonly number[]): boolean {
  while (hasName(fd)) {
    if (isAlone(fd)) attempt(path, () => initialise(fd, initial))
    // Waits for nobody but one who is between those two lines, or removes them.
    if (libc().flock(fd, Flock.SHARED) === -1) {
      throw new SignalboxError('SYSTEM', `flock of ${path} failed: errno ${errno()}`)
    }
    // Not made where he was killed there.
    if (isMade(fd) && hasName(fd)) return true
  }
  return false
}

/** Written and not only sized: so there is room, and no access can end the process. The mark comes last. */
function initialise(fd: number, initial: readonly number[]): void {
  const words = new Int32Array(BYTES / Int32Array.BYTES_PER_ELEMENT)
  words.set(initial, 1)
  writeSync(fd, words, 0, BYTES, 0)
  writeSync(fd, Int32Array.of(MADE), 0, Int32Array.BYTES_PER_ELEMENT, 0)
}

function isMade(fd: number): boolean {
  const mark = new Int32Array(1)
  return readSync(fd, mark, 0, mark.byteLength, 0) === mark.byteLength && mark[0] === MADE
}

function attempt<T>(path: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC'
    throw new SignalboxError(full ? 'LIMIT_EXCEEDED' : 'SYSTEM', `${path}: ${reasonOf(cause)}`, { cause })
  }
}
