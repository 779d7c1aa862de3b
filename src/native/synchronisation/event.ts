import * as posix from '../posix/named-event.js'
import * as win32 from '../win32/named-event.js'
import type { SynchronisationOptions } from './named.js'
import type { NamedEvent } from './named-objects.js'
import { type WaitOptions, Waits } from './waits.js'

const { openNamedEvent } = process.platform === 'win32' ? win32 : posix

/** Options of {@link Event.open}; the first one who opens it decides. */
export interface EventOptions extends SynchronisationOptions {
  /**
   * What ends its being set: `automatic`, the first who waits for it, and nobody else gets that one; `manual`, only
   * `reset`, and all who wait go on.
   * @default 'automatic'
   */
  readonly reset?: 'automatic' | 'manual'
  /** Whether it is set at first. @default false */
  readonly set?: boolean
}

/**
 * A named sign that processes of this machine give each other: something is there to be seen. What was written before `set`
 * is seen by those whose wait it ends. Beside Atomics on shared memory it is what a side sleeps on that has
 * looked in vain.
 *
 * Being set is kept until somebody waits: none is lost; but several sets that nobody has taken yet are one, and one that
 * is `reset` at once may pass unseen. It lives as long as anybody has it open. Waiting does not block the
 * event loop, and does not poll.
 *
 * @example
 * ```ts
 * using changed = await Event.open('orders-changed')
 * await changed.wait({ signal })
 * // in another process
 * changed.set()
 * ```
 */
export class Event implements Disposable {
  readonly name: string
  readonly #event: NamedEvent
  readonly #waits: Waits

  private constructor(name: string, event: NamedEvent) {
    this.name = name
    this.#event = event
    this.#waits = new Waits(`event ${name}`)
  }

  /**
   * Opens the event of that name; where nobody has one, it is made, and only this user may open it.
   * @throws SignalboxError `ADDRESS_INVALID`; `ADDRESS_IN_USE` when something else has the name; `ACCESS_DENIED`;
   * `TRANSPORT_UNAVAILABLE` on macOS, or where koffi is missing; `SYSTEM`
   */
  static async open(name: string, options: EventOptions = {}): Promise<Event> {
    const { reset = 'automatic', set = false, runtimeFolder } = options
    return new Event(name, await openNamedEvent(name, reset === 'manual', set, runtimeFolder))
  }

  /** Gives the sign. @throws SignalboxError `CLOSED`, `SYSTEM` */
  set(): void {
    this.#waits.check()
    this.#event.set()
  }

  /** Takes it back. @throws SignalboxError `CLOSED`, `SYSTEM` */
  reset(): void {
    this.#waits.check()
    this.#event.reset()
  }

  /** Waits until it is set. @throws SignalboxError `ABORTED`, `CLOSED`, `SYSTEM` */
  wait({ signal }: WaitOptions = {}): Promise<void> {
    return this.#waits.run(signal, either => this.#event.wait(either))
  }

  /** Whether it is set; if so, what `wait` would have done is done. @throws SignalboxError `CLOSED`, `SYSTEM` */
  tryWait(): boolean {
    this.#waits.check()
    return this.#event.tryWait()
  }

  /** Ends all waits here. Harmless twice. */
  close(): void {
    this.#waits.close(() => this.#event.close())
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
