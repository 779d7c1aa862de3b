import { map, merge, type Observable, Subject, share, tap } from 'rxjs'
import {
  type Address,
  type CloseReason,
  type Endpoint,
  isSignalboxError,
  type Packet,
  reasonOf,
  SignalboxError,
  type Timer,
  type TransportContext,
  type TransportOptions,
} from '../../core/contracts/index.js'
import { LeasedWriters } from './leased-writers.js'
import type { Mailslot } from './mailslot.js'
import { isGroup, slotPlaceOf } from './mailslot-address.js'

/** ms until a refused sender may try again; nothing tells when a slot of another process has room. */
const RETRY = 2
/** Messages that a slot may keep of one that is gone, at most: others may go on writing into it. */
const REMAINDER = 65_536

/** A slot of one's own, and the way to those of others. */
export class MailslotEndpoint implements Endpoint {
  readonly packets$: Observable<Packet>
  readonly writable$: Observable<void>
  readonly unreachable$: Observable<Address>
  readonly closed: Promise<CloseReason>
  readonly #writable = new Subject<void>()
  readonly #unreachable = new Subject<Address>()
  /** What was in the slot when somebody was found to be gone. */
  readonly #remainder = new Subject<Uint8Array>()
  readonly #writers: LeasedWriters
  #retry: Timer | undefined
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  /** @param slot becomes the endpoint's, which closes it */
  constructor(
    readonly address: Address,
    private readonly slot: Mailslot,
    private readonly context: TransportContext,
    private readonly options: TransportOptions,
  ) {
    this.#writers = new LeasedWriters(context.clock, {
      maxMessage: slot.maxMessage,
      reader: options.rawNames ? 'anybody' : 'signalbox',
    })
    this.writable$ = this.#writable.asObservable()
    this.unreachable$ = this.#unreachable.asObservable()
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    this.packets$ = merge(slot.messages$, this.#remainder).pipe(
      // Who sent it, a mailslot does not know.
      map(bytes => ({ from: undefined, bytes })),
      tap({ error: error => this.#end({ by: 'fault', error: asFault(error) }) }),
      share(),
    )
  }

  send(bytes: Uint8Array, to: Address | 'all'): 'sent' | 'full' {
    if (this.#over) return 'full'
    const outcome = this.#write(bytes, to === 'all' ? this.#group() : to)
    if (outcome === 'full') this.#retry ??= this.context.clock.after(RETRY, () => this.#tryAgain())
    return outcome
  }

  async close(): Promise<void> {
    this.#end({ by: 'us' })
  }

  #group(): Address {
    if (isGroup(this.address)) return this.address
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${this.address.href}: mailslots of this machine have no groups; send to an address, or open one of mailslot://*/<name>`,
    )
  }

  #write(bytes: Uint8Array, to: Address): 'sent' | 'full' {
    try {
      return this.#writers.write(slotPlaceOf(to, this.options), bytes)
    } catch (error) {
      if (!isSignalboxError(error, 'NO_LISTENER')) throw error
      queueMicrotask(() => this.#tellUnreachable(to))
      return 'sent'
    }
  }

  /** After what that one had sent. */
  #tellUnreachable(address: Address): void {
    try {
      for (let left = REMAINDER; left > 0 && this.#remainder.observed; left--) {
        const message = this.slot.read()
        if (message === undefined) break
        this.#remainder.next(message)
      }
    } catch (error) {
      this.#remainder.error(error)
    }
    this.#unreachable.next(address)
  }

  #tryAgain(): void {
    this.#retry = undefined
    this.#writable.next()
  }

  #end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.#retry?.cancel()
    this.#writers.close()
    this.slot.close()
    if (this.slot.oversized > 0) {
      const { oversized, maxMessage } = this.slot
      this.context.log.warn(
        `${this.address.href}: ${oversized} messages over ${maxMessage} B came from foreign programs and were dropped`,
      )
    }
    this.#writable.complete()
    this.#remainder.complete()
    // After what was sent to nobody a moment ago.
    queueMicrotask(() => this.#unreachable.complete())
    this.#resolveClosed(reason)
  }
}

function asFault(error: unknown): SignalboxError {
  return isSignalboxError(error) ? error : new SignalboxError('SYSTEM', reasonOf(error), { cause: error })
}
