import { constants } from 'node:fs'
import { type FileHandle, open, stat, unlink } from 'node:fs/promises'
import { constants as system } from 'node:os'
import { SignalboxError } from '../../core/contracts/index.js'
import { errno, Flock, libc } from '../../native/posix/libc.js'
import { systemCodeOf } from '../socket/socket-fault.js'

/**
 * The right to a name, as a `flock` on a file. It ends with its owner, however he ends; and who holds
 * it may remove what a dead owner left behind, because nobody else can be doing so.
 *
 * Node opens files close-on-exec, so no child takes the lock with it.
 */
export class NameLock {
  readonly #path: string
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /**
   * Takes the lock, or returns undefined when somebody has it.
   * @throws SignalboxError `SYSTEM`; and what opening the file throws
   */
  static async take(path: string): Promise<NameLock | undefined> {
    for (;;) {
      const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
      try {
        if (!lockAtOnce(file, path)) {
          await file.close()
          return undefined
        }
        if (await isAt(path, file)) return new NameLock(path, file)
      } catch (error) {
        await file.close()
        throw error
      }
      // Its owner let go and removed it after it was opened here: this lock keeps nobody out any more.
      await file.close()
    }
  }

  /**
   * Whether somebody has the lock. It makes no file, and keeps nobody out for longer than it takes to look.
   * @throws SignalboxError `SYSTEM`; and what opening the file throws
   */
  static async isHeld(path: string): Promise<boolean> {
    let file: FileHandle
    try {
      file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return false
      throw error
    }
    try {
      return !lockAtOnce(file, path, Flock.SHARED)
    } finally {
      await file.close()
    }
  }

  /** Removes the file while it is still locked, then lets go. Once only. */
  async release(): Promise<void> {
    await unlink(this.#path).catch(() => {}) // a lock that stays behind does no harm
    await this.#file.close()
  }
}

function lockAtOnce(file: FileHandle, path: string, kind: number = Flock.EXCLUSIVE): boolean {
  if (libc().flock(file.fd, kind | Flock.NON_BLOCKING) === 0) return true
  const error = errno()
  if (error === system.errno.EWOULDBLOCK) return false
  throw new SignalboxError(
    'SYSTEM',
    `flock of ${path} failed: errno ${error}; does its file system have locks?`,
  )
}

async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const here = await file.stat()
  try {
    const there = await stat(path)
    return there.ino === here.ino && there.dev === here.dev
  } catch {
    return false
  }
}
