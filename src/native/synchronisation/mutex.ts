import * as posix from '../posix/named-mutex.js'
import * as win32 from '../win32/named-mutex.js'
import type { SynchronisationOptions } from './named.js'
import type { NamedMutex } from './named-objects.js'
import { type WaitOptions, Waits } from './waits.js'

const { openNamedMutex } = process.platform === 'win32' ? win32 : posix

/**
 * A named right that one at a time has, of all processes and threads of this machine: what they do while they have it, they do
 * one after the other, and each sees all that those before wrote, with or without Atomics. The kernel
 * takes it from a process that ends, and the next one hears that its owner did not let go (`abandoned`).
 *
 * Waiting does not block the event loop, and does not poll. It is not recursive: a second lock waits for the first, also
 * one of the same process. Whom a release wakes is up to the system: there is no queue.
 *
 * @example
 * ```ts
 * using mutex = await Mutex.open('orders')
 * using lock = await mutex.lock({ signal: AbortSignal.timeout(1000) })
 * if (lock.abandoned) repair(orders)
 * ```
 */
export class Mutex implements Disposable {
  readonly name: string
  readonly #mutex: NamedMutex
  readonly #waits: Waits

  private constructor(name: string, mutex: NamedMutex) {
    this.name = name
    this.#mutex = mutex
    this.#waits = new Waits(`mutex ${name}`)
  }

  /**
   * Opens the mutex of that name; where there is none, it is made, and only this user may open it.
   * @throws SignalboxError `ADDRESS_INVALID`; `ADDRESS_IN_USE` when something else has the name; `ACCESS_DENIED`;
   * `TRANSPORT_UNAVAILABLE` on macOS, or where koffi is missing; `SYSTEM`
   */
  static async open(name: string, options: SynchronisationOptions = {}): Promise<Mutex> {
    return new Mutex(name, await openNamedMutex(name, options.runtimeFolder))
  }

  /**
   * Waits until it is free, and takes it.
   * @throws SignalboxError `ABORTED`; `CLOSED`; `LIMIT_EXCEEDED` when this thread waits for too many; `SYSTEM`
   */
  lock({ signal }: WaitOptions = {}): Promise<Lock> {
    return this.#waits.run(signal, async either => new Lock(await this.#mutex.lock(either)))
  }

  /** Takes it when it is free; undefined when it is not. @throws SignalboxError `CLOSED`, `SYSTEM` */
  tryLock(): Lock | undefined {
    this.#waits.check()
    const lock = this.#mutex.tryLock()
    return lock && new Lock(lock)
  }

  /** Ends all waits here. A lock that is held stays held until it is released. Harmless twice. */
  close(): void {
    this.#waits.close(() => this.#mutex.close())
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** That a mutex is held, until it is released. */
export class Lock implements Disposable {
  /**
   * Whether the one who held it before ended without letting go: what it guards may be half-done. It is told
   * once, to whoever is next.
   */
  readonly abandoned: boolean
  #release: (() => void) | undefined

  /** @internal */
  constructor({ abandoned, release }: { readonly abandoned: boolean; release(): void }) {
    this.abandoned = abandoned
    this.#release = release
  }

  /** Lets go: the mutex is free when this returns. Harmless twice. */
  release(): void {
    const release = this.#release
    this.#release = undefined
    release?.()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
