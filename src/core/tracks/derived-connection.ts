import { type Observable, Subject } from 'rxjs'
import type {
  CloseReason,
  Connection,
  FrameSink,
  Limits,
  PeerIdentity,
  SignalboxError,
} from '../contracts/index.js'
import { Inbox } from './inbox.js'

/** What connections that are made of something else have in common: a sink, refused senders, one end. */
export abstract class DerivedConnection implements Connection {
  readonly writable$: Observable<void>
  readonly closed: Promise<CloseReason>
  protected readonly inbox = new Inbox(() => this.onDelivered())
  readonly #writable = new Subject<void>()
  #refused = false
  #over = false
  #lastWord: CloseReason | undefined
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor() {
    this.writable$ = this.#writable.asObservable()
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  abstract readonly limits: Limits
  abstract readonly remote: PeerIdentity
  abstract send(frame: Uint8Array): 'sent' | 'full'
  abstract close(): Promise<void>
  abstract abort(error?: SignalboxError): void

  receive(sink: FrameSink): void {
    this.inbox.attach(sink)
  }

  pause(): void {
    this.inbox.pause()
  }

  resume(): void {
    this.inbox.resume()
  }

  /** Whether it has ended, or will as soon as the sink got what came before. */
  protected get ended(): boolean {
    return this.#over || this.#lastWord !== undefined
  }

  /** What `send` answers when it takes nothing; {@link retry} comes back to it. */
  protected refuse(): 'full' {
    this.#refused = true
    return 'full'
  }

  /** Tells a sender that was refused. */
  protected retry(): void {
    if (!this.#refused || this.ended) return
    this.#refused = false
    this.#writable.next()
  }

  /** All that waited for the sink was lent. */
  protected onDelivered(): void {
    if (this.#lastWord !== undefined) this.end(this.#lastWord)
  }

  /** Nothing more comes from the peer: ends when the sink got what did. */
  protected endAfterDelivery(reason: CloseReason): void {
    if (this.ended) return
    if (this.inbox.size === 0) {
      this.end(reason)
      return
    }
    this.#lastWord = reason
    this.#writable.complete()
  }

  /** Ends at once. The first reason counts. */
  protected end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.inbox.stop()
    this.#writable.complete()
    this.#resolveClosed(reason)
  }
}
