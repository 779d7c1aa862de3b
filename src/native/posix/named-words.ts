import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'
import { MappedView } from '../mapped-view.js'
import { errno, Flock, libc } from './libc.js'
import { mapShared } from './memory-map.js'

/** Bytes of the file: a page, of which the first words are used. */
const BYTES = 4096
/** The first word, once the others have their initial values. */
const MADE = 0x53_42_73_79

/**
 * Integers that processes have in common by a file, for Atomics. They live as long as anybody has them open, by a
 * shared `flock`; who finds nobody gives them their initial values, whatever a process that was killed left there.
 */
export class NamedWords {
  readonly #fd: number
  readonly #view: MappedView
  /** Behind the mark. */
  readonly words: Int32Array

  private constructor(path: string, fd: number) {
    this.#fd = fd
    this.#view = new MappedView(path, mapShared(path, fd, BYTES, 'read-write'))
    this.words = new Int32Array(this.#view.buffer, Int32Array.BYTES_PER_ELEMENT)
  }

  /** @throws SignalboxError `SYSTEM`; `LIMIT_EXCEEDED` without room */
  static open(path: string, initial: readonly number[]): NamedWords {
    const fd = attempt(path, () =>
      openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600),
    )
    try {
      const { flock } = libc()
      for (;;) {
        const alone = flock(fd, Flock.EXCLUSIVE | Flock.NON_BLOCKING) === 0
        if (alone) attempt(path, () => initialise(fd, initial))
        // Waits for nobody but one who is between those two lines.
        if (flock(fd, Flock.SHARED) === -1) {
          throw new SignalboxError('SYSTEM', `flock of ${path} failed: errno ${errno()}`)
        }
        // Not made where he was killed there.
        if (isMade(fd)) return new NamedWords(path, fd)
      }
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  /** Once only. */
  close(): void {
    this.#view.close()
    closeSync(this.#fd)
  }
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
