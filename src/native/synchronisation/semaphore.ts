import { SignalboxError } from '../../core/contracts/index.js'
import * as posix from '../posix/named-semaphore.js'
import * as win32 from '../win32/named-semaphore.js'
import type { SynchronisationOptions } from './named.js'
import type { NamedSemaphore } from './named-objects.js'
import { type WaitOptions, Waits } from './waits.js'

const { openNamedSemaphore } = process.platform === 'win32' ? win32 : posix

/** The largest count: 32 bits with a sign. */
const LARGEST = 2 ** 31 - 1

/** Options of {@link Semaphore.open}; the first one who opens it decides. */
export interface SemaphoreOptions extends SynchronisationOptions {
  /** How many permits there are at first. @default 0 */
  readonly count?: number
  /** How many there can be. @default 2^31 - 1 */
  readonly maximum?: number
}

/**
 * A named number of permits that processes of this machine take and give back; who finds none waits. Anybody may release one,
 * so that it also counts what there is to do. **The system does not know who has one**: those of a process
 * that ends are gone. What must come back by itself is a {@link Mutex}.
 *
 * It lives as long as anybody has it open. Waiting does not block the event loop, and does not poll.
 *
 * @example
 * ```ts
 * using places = await Semaphore.open('workers', { count: 4 })
 * await places.acquire()
 * try {
 *   await work()
 * } finally {
 *   places.release()
 * }
 * ```
 */
export class Semaphore implements Disposable {
  readonly name: string
  readonly #semaphore: NamedSemaphore
  readonly #waits: Waits

  private constructor(name: string, semaphore: NamedSemaphore) {
    this.name = name
    this.#semaphore = semaphore
    this.#waits = new Waits(`semaphore ${name}`)
  }

  /**
   * Opens the semaphore of that name; where nobody has one, it is made, and only this user may open it.
   * @throws SignalboxError `LIMIT_EXCEEDED` for counts that cannot be; `ADDRESS_INVALID`; `ADDRESS_IN_USE` when something
   * else has the name; `ACCESS_DENIED`; `TRANSPORT_UNAVAILABLE` on macOS, or where koffi is missing; `SYSTEM`
   */
  static async open(name: string, options: SemaphoreOptions = {}): Promise<Semaphore> {
    const { count = 0, maximum = LARGEST, runtimeFolder } = options
    if (!isCount(count, 0, maximum) || !isCount(maximum, 1, LARGEST)) {
      const why = `${count} of ${maximum} permits cannot be; at most ${LARGEST}, and no more than the maximum`
      throw new SignalboxError('LIMIT_EXCEEDED', `semaphore ${name}: ${why}`)
    }
    return new Semaphore(name, await openNamedSemaphore(name, count, maximum, runtimeFolder))
  }

  /** Waits for a permit, and takes it. @throws SignalboxError `ABORTED`, `CLOSED`, `SYSTEM` */
  acquire({ signal }: WaitOptions = {}): Promise<void> {
    return this.#waits.run(signal, either => this.#semaphore.acquire(either))
  }

  /** Takes a permit if there is one. @throws SignalboxError `CLOSED`, `SYSTEM` */
  tryAcquire(): boolean {
    this.#waits.check()
    return this.#semaphore.tryAcquire()
  }

  /**
   * Gives permits back, or adds them.
   * @throws SignalboxError `LIMIT_EXCEEDED`, and adds none, when there would be more than the maximum; `CLOSED`; `SYSTEM`
   */
  release(count = 1): void {
    this.#waits.check()
    if (isCount(count, 1, LARGEST) && this.#semaphore.release(count)) return
    const why = `${count} permits cannot be released: there would be more than its maximum; release each one once`
    throw new SignalboxError('LIMIT_EXCEEDED', `semaphore ${this.name}: ${why}`)
  }

  /** Ends all waits here; permits that were taken stay taken. Harmless twice. */
  close(): void {
    this.#waits.close(() => this.#semaphore.close())
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

const isCount = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most
