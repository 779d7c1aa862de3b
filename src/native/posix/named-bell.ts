import { closeSync, constants, lstatSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'
import { errno, libc } from './libc.js'
import { systemErrorName } from './system-error-name.js'

const FLAGS = constants.O_NONBLOCK | constants.O_NOFOLLOW

/**
 * Wakes all who wait for something to change, in any process: a FIFO that carries nothing. Whoever listens has
 * it open to read, and hears the end of the file when the last one who had it open to write lets go; also one who let go
 * before the listening began to wait, and one who was killed. So a ring cannot be lost, and needs no list of
 * who waits. Source: pipe(7), POLLHUP in poll(2).
 *
 * What has not been rung since the listening began is waited for: only Linux does that.
 */
export class NamedBell {
  private constructor(readonly path: string) {}

  /** Makes the FIFO, or takes the one that is there. @throws SignalboxError `SYSTEM`; `ADDRESS_IN_USE` */
  static at(path: string): NamedBell {
    if (libc().mkfifo(path, 0o600) === -1) {
      const error = systemErrorName(errno())
      if (error !== 'EEXIST') throw new SignalboxError('SYSTEM', `making the FIFO ${path} failed: ${error}`)
      // It may have been removed by now: whoever needs it looks whether it is still there.
      if (lstatSync(path, { throwIfNoEntry: false })?.isFIFO() === false) {
        throw new SignalboxError('ADDRESS_IN_USE', `${path} is there, and no FIFO; remove it`)
      }
    }
    return new NamedBell(path)
  }

  /**
   * Holds the bell's rope: it rings when the last of those who hold it closes the descriptor, or ends.
   * @throws SignalboxError `SYSTEM`
   */
  hold(): number {
    return this.#open(constants.O_RDWR)
  }

  /** Rings when `change` has been made, or when this process is killed in the middle of it. */
  ringAfter<T>(change: () => T): T {
    const rope = this.hold()
    try {
      return change()
    } finally {
      closeSync(rope)
    }
  }

  /**
   * Makes an attempt, and again after each ring, until one has a result.
   * @param attempt returns undefined where it is worth while to wait
   * @throws the reason of `signal` when it fires; SignalboxError `SYSTEM`; what `attempt` throws
   */
  async firstOf<T>(attempt: () => T | undefined, signal: AbortSignal): Promise<T> {
    for (;;) {
      // Before the attempt, so that a ring between the two is heard.
      const ear = this.#open(constants.O_RDONLY)
      let result: T | undefined
      try {
        result = attempt()
      } catch (error) {
        closeSync(ear)
        throw error
      }
      if (result !== undefined) {
        closeSync(ear)
        return result
      }
      await endOf(ear, signal)
    }
  }

  #open(mode: number): number {
    try {
      return openSync(this.path, mode | FLAGS)
    } catch (cause) {
      const why = `${this.path} cannot be opened, which must stay as long as it is used: ${reasonOf(cause)}`
      throw new SignalboxError('SYSTEM', why, { cause })
    }
  }
}

/** @param fd is closed by this, however it ends */
function endOf(fd: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fifo = new Socket({ fd, readable: true, writable: false })
    const giveUp = () => {
      fifo.destroy()
      reject(signal.reason)
    }
    fifo.once('error', reject)
    fifo.once('close', () => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    })
    fifo.resume()
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
  })
}
