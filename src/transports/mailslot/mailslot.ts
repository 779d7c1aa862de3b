import { setImmediate as nextTurn } from 'node:timers/promises'
import { Observable, type Subscriber } from 'rxjs'
import { SignalboxError, throwIfAborted } from '../../core/contracts/index.js'
import { holdEventLoop } from '../../native/event-loop-hold.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'
import { privateSecurity, readableSecurity, writableSecurity } from '../../native/win32/private-security.js'
import { Doorbell } from './doorbell.js'
import { PollPace } from './poll-pace.js'
import { claimSlot } from './slot-claim.js'
import { slotPathOf } from './slot-name.js'

/** Options of {@link Mailslot.create}. */
export interface MailslotOptions {
  /**
   * Bytes of the largest message, at least 1. A {@link MailslotWriter} learns it and refuses what is over.
   * @default 65536
   */
  readonly maxMessage?: number
  /**
   * Who may write: this user, or every user.
   * @default 'this-user'
   */
  readonly security?: 'this-user' | 'everyone'
  /**
   * ms after which a message from a program that is not Signalbox is noticed, at the latest, while the slot is
   * idle; under load they are noticed within few ms. Infinity where all writers are Signalbox: no look is made.
   * @default 100
   */
  readonly pollInterval?: number
}

/** Options of {@link Mailslot.next}. */
export interface NextMessageOptions {
  /**
   * ms to wait at most; 0 takes what is there.
   * @default Infinity
   */
  readonly timeout?: number
  /** Gives up when it fires; the promise rejects with `ABORTED`, and no message is lost. */
  readonly signal?: AbortSignal
}

/** The largest message, in bytes, where nobody says otherwise. */
export const DEFAULT_MAX_MESSAGE = 64 * 1024
const DEFAULT_POLL_INTERVAL = 100
/** How many messages are read before others get the event loop. */
const TURN = 64
/** Slot time-out: a read of an empty slot fails at once. */
const NO_WAIT = 0

/**
 * A mailslot of this machine, `\\.\mailslot\<name>`, and its reader: any program may write messages to it.
 * What nobody has read yet waits in the system, where there is room for some hundred messages.
 *
 * A mailslot offers nothing to wait for, and a thread that blocks in a read cannot be ended. So the reader
 * waits for a {@link Doorbell}, which {@link MailslotWriter} rings, and looks every `pollInterval` for what
 * others wrote. Follows CreateMailslotW.
 *
 * An open slot keeps the process alive. Messages over `maxMessage` are refused to their writers by Windows, and by
 * {@link MailslotWriter} everywhere; what a foreign writer leaves under Wine is not delivered, only counted.
 *
 * @example
 * ```ts
 * const slot = Mailslot.create('orders', { maxMessage: 400 })
 * for await (const message of slot) console.log(Buffer.from(message).toString())
 * ```
 */
export class Mailslot implements AsyncIterable<Uint8Array>, Disposable {
  /** `\\.\mailslot\orders` */
  readonly path: string
  readonly maxMessage: number
  /**
   * Messages as they come, empty ones included; completes at close. To take one at a time, so that the
   * rest waits in the system, iterate over the slot instead. Each message goes to one of several subscribers.
   */
  readonly messages$: Observable<Uint8Array>
  readonly #slot: Handle
  readonly #claim: Handle
  readonly #bell: Doorbell
  readonly #pace: PollPace
  readonly #releaseLoop: () => void
  /** One byte more than a message may have, which shows one that has too many. */
  readonly #room: Buffer
  readonly #count = Buffer.alloc(4)
  readonly #wakers = new Set<() => void>()
  /** Whether it is a ring that makes us look. */
  #rang = true
  #oversized = 0
  #closed = false

  private constructor(
    path: string,
    maxMessage: number,
    pollInterval: number,
    own: { slot: Handle; claim: Handle; bell: Doorbell },
  ) {
    this.path = path
    this.maxMessage = maxMessage
    this.#slot = own.slot
    this.#claim = own.claim
    this.#bell = own.bell
    this.#pace = new PollPace(pollInterval)
    this.#room = Buffer.alloc(maxMessage + 1)
    this.#releaseLoop = holdEventLoop()
    this.messages$ = new Observable(subscriber => {
      const stop = new AbortController()
      this.#feed(subscriber, stop.signal).catch(error => subscriber.error(error))
      return () => stop.abort()
    })
  }

  /**
   * @param name without `\\.\mailslot\`
   * @throws SignalboxError `ADDRESS_INVALID`; `ADDRESS_IN_USE`; `TRANSPORT_UNAVAILABLE` where there is no
   * Windows; `SYSTEM`
   */
  static create(name: string, options: MailslotOptions = {}): Mailslot {
    const { maxMessage = DEFAULT_MAX_MESSAGE, pollInterval = DEFAULT_POLL_INTERVAL } = options
    const path = slotPathOf(name)
    const forEveryone = options.security === 'everyone'
    const security = forEveryone ? writableSecurity() : privateSecurity()
    const claim = claimSlot(path, maxMessage, forEveryone ? readableSecurity() : security)
    try {
      const bell = Doorbell.create(path, security)
      try {
        const slot = createSlot(path, maxMessage, security)
        return new Mailslot(path, maxMessage, pollInterval, { slot, claim, bell })
      } catch (error) {
        bell.close()
        throw error
      }
    } catch (error) {
      kernel32().CloseHandle(claim)
      throw error
    }
  }

  /** How many messages were over the maximum, and so not delivered. */
  get oversized(): number {
    return this.#oversized
  }

  /**
   * Takes the oldest message, if there is one; it is the caller's own. It skips at most 64 that are over the maximum.
   * @throws SignalboxError `SYSTEM`
   */
  read(): Uint8Array | undefined {
    for (let skipped = 0; !this.#closed; skipped += 1) {
      if (skipped === TURN) {
        this.#bell.ring() // there may be more, after others had the event loop
        return undefined
      }
      if (!kernel32().ReadFile(this.#slot, this.#room, this.#room.length, this.#count, null)) {
        const code = kernel32().GetLastError()
        if (code === Win32Error.SEM_TIMEOUT) return undefined
        // How Wine says that the message was empty.
        if (code === Win32Error.BROKEN_PIPE) return new Uint8Array(0)
        throw win32Failure(`ReadFile of ${this.path}`, code)
      }
      const length = this.#count.readUInt32LE()
      if (length <= this.maxMessage) return new Uint8Array(this.#room.subarray(0, length))
      this.#oversized += 1
    }
    return undefined
  }

  /**
   * Takes the oldest message, and waits for one while there is none; it is the caller's own.
   * @throws SignalboxError `TIMEOUT`, `ABORTED`, `CLOSED` when the slot is closed first, `SYSTEM`
   */
  async next({ timeout = Number.POSITIVE_INFINITY, signal }: NextMessageOptions = {}): Promise<Uint8Array> {
    const deadline = performance.now() + timeout
    for (;;) {
      throwIfAborted(`read ${this.path}`, signal)
      if (this.#closed) throw new SignalboxError('CLOSED', `${this.path}: this slot is closed`)
      const message = this.#look()
      if (message !== undefined) return message
      const left = deadline - performance.now()
      if (left <= 0) throw new SignalboxError('TIMEOUT', `${this.path}: no message came in ${timeout} ms`)
      await this.#arrival(signal, left)
    }
  }

  /** Messages one at a time: the next one is read when it is asked for. Ends at close. */
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (let turn = 1; !this.#closed; turn += 1) {
      const message = this.#look()
      if (message !== undefined) yield message
      else await this.#arrival()
      if (turn % TURN === 0) await nextTurn()
    }
  }

  /** Frees the name, and forgets what was not read; harmless twice. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const wake of [...this.#wakers]) wake()
    kernel32().CloseHandle(this.#claim)
    kernel32().CloseHandle(this.#slot)
    this.#bell.close()
    this.#releaseLoop()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** What is read is delivered at once, so that nothing is on its way when the subscriber leaves. */
  async #feed(subscriber: Subscriber<Uint8Array>, stop: AbortSignal): Promise<void> {
    await undefined // nobody expects a message from inside of subscribe()
    for (let turn = 1; !this.#closed && !stop.aborted; turn += 1) {
      const message = this.#look()
      if (message !== undefined) subscriber.next(message)
      else await this.#arrival(stop)
      if (turn % TURN === 0) await nextTurn()
    }
    subscriber.complete()
  }

  #look(): Uint8Array | undefined {
    const message = this.read()
    if (!this.#rang) this.#pace.looked(message !== undefined)
    this.#rang = true
    return message
  }

  /**
   * Resolves when it is time to look, or when there is nothing to wait for any more.
   * @param longest ms
   */
  #arrival(stop?: AbortSignal, longest = Number.POSITIVE_INFINITY): Promise<void> {
    return new Promise(resolve => {
      const end = (rang: boolean) => {
        this.#wakers.delete(wake)
        stop?.removeEventListener('abort', wake)
        this.#rang = rang
        resolve()
      }
      const cancel = this.#bell.wait(Math.min(this.#pace.pause, Math.ceil(longest)), end)
      const wake = () => {
        cancel()
        end(true)
      }
      this.#wakers.add(wake)
      stop?.addEventListener('abort', wake)
    })
  }
}

function createSlot(path: string, maxMessage: number, security: Uint8Array): Handle {
  const slot = kernel32().CreateMailslotW(path, maxMessage, NO_WAIT, security)
  if (slot !== INVALID_HANDLE) return slot
  const code = kernel32().GetLastError()
  if (code === Win32Error.ALREADY_EXISTS) {
    throw new SignalboxError(
      'ADDRESS_IN_USE',
      `${path} is taken: either another program reads it, or its reader is gone and programs that write to it still have it open; it is free when they close it`,
    )
  }
  throw win32Failure(`CreateMailslotW of ${path}`, code)
}
