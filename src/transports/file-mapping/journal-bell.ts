import { closeSync, type FSWatcher, futimesSync, openSync, watch } from 'node:fs'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'

/** Windows loses reports of changes when many come at once, and nobody learns of it: so there is looked again, after so many ms. */
const LOOK_AGAIN = 20
const reportsChanges = process.platform !== 'win32'

/**
 * Wakes those who wait for something in a file. Writing to mapped memory tells nobody, but a new time of
 * change does: systems report it to all who watch the file, and no third party is needed. Waiting costs nothing, and keeps the process alive.
 * Where such reports are lost, whoever waits looks again and again, and nobody else has anything to do.
 */
export class JournalBell {
  readonly #path: string
  readonly #waiting = new Set<() => void>()
  #watcher: FSWatcher | undefined
  #file: number | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Wakes everybody who waits, in whatever process. */
  ring(): void {
    if (!reportsChanges) return
    this.#file ??= openSync(this.#path, 'r+')
    const now = new Date()
    futimesSync(this.#file, now, now)
  }

  /** Wakes those who wait here. */
  wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    this.#watcher?.unref()
    for (const resolve of waiting) resolve()
  }

  /**
   * Makes sure that no ring is missed from here on. To be called before one says that one waits.
   * @throws SignalboxError `SYSTEM`
   */
  listen(): void {
    if (this.#watcher !== undefined || !reportsChanges) return
    try {
      this.#watcher = watch(this.#path, () => this.wake())
      // Somebody waits in vain then, until the next wake: what is watched may be gone, and that is no fault of ours.
      this.#watcher.on('error', () => this.wake())
      this.#watcher.unref()
    } catch (cause) {
      const why = `cannot watch ${this.#path} for changes: ${reasonOf(cause)}`
      throw new SignalboxError('SYSTEM', why, { cause })
    }
  }

  /** Resolves with the next ring or wake, when the signal fires, or when it is time to look again. */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(again)
        signal?.removeEventListener('abort', done)
        this.#waiting.delete(done)
        if (this.#waiting.size === 0) this.#watcher?.unref()
        resolve()
      }
      const again = reportsChanges ? undefined : setTimeout(done, LOOK_AGAIN)
      this.#waiting.add(done)
      this.#watcher?.ref()
      signal?.addEventListener('abort', done, { once: true })
    })
  }

  /** Wakes those who wait here, for the last time. Harmless twice. */
  close(): void {
    this.#watcher?.close()
    this.#watcher = undefined
    this.wake()
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}
