import { Observable, type Subscription, share } from 'rxjs'
import {
  type CloseReason,
  isSignalboxError,
  type Listener,
  reasonOf,
  SignalboxError,
  type TransportContext,
} from '../../core/contracts/index.js'
import { rephrased } from '../segment/rephrased.js'
import type { BroadcastMessage } from './broadcast-message.js'
import type { HeardRing } from './heard-ring.js'
import type { Loan } from './loan.js'
import { OwnRing } from './own-ring.js'
import { meet, type RingPeer, ringPlace } from './ring-line.js'
import { type RingOptions, ringSettings } from './ring-settings.js'
import { sweepSegments } from './sweep.js'

/** The native API knows one end of a ring. */
const ORIGIN = 0

/**
 * A ring of messages in shared memory, with one writer, which this is, and up to 31 readers in other processes of this
 * user. Each reader has a place of its own and sees all that is published after it has come. What happens to one that is
 * too slow is named by a policy: `block`, `drop` or `evict`.
 *
 * @example
 * ```ts
 * const context = await systemContext()
 * const prices = await BroadcastRing.create('prices', context, { slow: 'drop' })
 * const loan = prices.loan(1_000_000)
 * loan?.bytes.fill(7) // readers will see it where it lies
 * loan?.publish()
 * // in other processes
 * const reader = await BroadcastRing.open('prices', context)
 * reader.messages$.subscribe(({ bytes, lost }) => console.log(bytes.length, lost))
 * ```
 */
export class BroadcastRing implements AsyncDisposable {
  /** Emits when what was refused may be tried again; completes at close. */
  readonly writable$: Observable<void>
  readonly #readers: Subscription
  readonly #peers = new Set<RingPeer>()
  #closed: Promise<void> | undefined

  private constructor(
    readonly name: string,
    private readonly ring: OwnRing,
    private readonly place: Listener,
    private readonly context: TransportContext,
  ) {
    this.writable$ = ring.writable$
    this.#readers = place.connections$.subscribe(control => void this.#admit(control))
  }

  /**
   * Makes the ring of that name, which this process writes.
   * @throws SignalboxError `ADDRESS_INVALID`; `ADDRESS_IN_USE` when it has a writer; `CONFIG_INVALID`; `LIMIT_EXCEEDED`
   * without room; `TRANSPORT_UNAVAILABLE` where koffi is missing; `SYSTEM`
   */
  static async create(
    name: string,
    context: TransportContext,
    options: RingOptions = {},
  ): Promise<BroadcastRing> {
    const settings = ringSettings(options)
    const what = `make the ring ${name}`
    await sweepSegments(context, what)
    const place = await context.rendezvous.listen(ringPlace(name)).catch(error => {
      throw rephrased(what, error)
    })
    try {
      const { clock, log, runtimeFolder } = context
      const ring = new OwnRing({ ...settings, name: `ring ${name}`, clock, log, runtimeFolder })
      return new BroadcastRing(name, ring, place, context)
    } catch (error) {
      await place.close()
      throw error
    }
  }

  /**
   * Hears the ring of that name from now on.
   * @throws SignalboxError `NO_LISTENER` when nobody writes one, or it has as many readers as it can; `ADDRESS_INVALID`,
   * `ACCESS_DENIED`, `PROTOCOL_VIOLATION`, `PEER_SILENT`, `ABORTED`
   */
  static async open(
    name: string,
    context: TransportContext,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<BroadcastRingReader> {
    const what = `hear the ring ${name}`
    const control = await context.rendezvous
      .connect(ringPlace(name), signal === undefined ? {} : { signal })
      .catch(error => {
        throw rephrased(what, error)
      })
    let deliver: (message: BroadcastMessage) => void = () => {}
    const { line, heard, pid } = await meet(control, {
      what,
      clock: context.clock,
      signal,
      name: `ring ${name}`,
      sink: message => deliver(message),
    })
    if (heard === undefined) {
      line.abort()
      throw new SignalboxError('PROTOCOL_VIOLATION', `${what}: whoever is there writes no ring`)
    }
    void heard.released.then(() => line.close())
    return new BroadcastRingReader(name, pid, heard, to => {
      deliver = to
    })
  }

  /** How many readers hear it now. */
  get readers(): number {
    return this.ring.readers
  }

  /**
   * Sends a message to all readers, which see it at the end of the turn, or earlier when there is much for them. The bytes are
   * the caller's again when it returns. `full`: nothing was sent; after close it says so for ever.
   * @throws SignalboxError `FRAME_TOO_LARGE`
   */
  publish(bytes: Uint8Array): 'sent' | 'full' {
    return this.ring.send(bytes, ORIGIN)
  }

  /**
   * A place in the memory for a message of `length` bytes, to be written into and published: nobody copies it. `undefined`: there
   * is no room, and {@link writable$} tells when there is.
   * @throws SignalboxError `FRAME_TOO_LARGE`
   */
  loan(length: number): Loan | undefined {
    return this.ring.loan(length, ORIGIN)
  }

  /** Ends the ring; readers still get what was published. Harmless twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#readers.unsubscribe()
    this.ring.close()
    await Promise.all([this.place.close(), ...[...this.#peers].map(({ line }) => line.close())])
  }

  async #admit(control: Parameters<typeof meet>[0]): Promise<void> {
    const { clock, log } = this.context
    const name = `ring ${this.name}`
    try {
      const peer = await meet(control, {
        what: `let somebody hear ${name}`,
        clock,
        name,
        own: this.ring,
        sink: () => {},
      })
      peer.heard?.end({ by: 'us' }) // a ring of its own is of no interest here
      this.#peers.add(peer)
      void peer.line.closed.then(() => this.#peers.delete(peer))
      if (this.#closed !== undefined) await peer.line.close()
    } catch (error) {
      if (!isSignalboxError(error, 'CLOSED')) log.warn(`${name}: a reader was refused: ${reasonOf(error)}`)
    }
  }
}

/** A reader of a ring: what {@link BroadcastRing.open} gives. */
export class BroadcastRingReader implements AsyncDisposable {
  /**
   * The messages. Each is **lent** until the observer returns; `retain` keeps a large one where it lies, and a small one as a copy.
   * `lost` tells how many were dropped before it. What comes while nobody is subscribed waits, and the writer's policy decides for how
   * long. Completes when none will come any more; {@link closed} tells why.
   */
  readonly messages$: Observable<BroadcastMessage>

  constructor(
    readonly name: string,
    /** The writer's process, as the system says. */
    readonly pid: number | undefined,
    private readonly heard: HeardRing,
    deliverTo: (sink: (message: BroadcastMessage) => void) => void,
  ) {
    this.messages$ = new Observable<BroadcastMessage>(subscriber => {
      deliverTo(message => subscriber.next(message))
      void heard.ended.then(() => subscriber.complete())
      heard.resume()
      return () => heard.pause()
    }).pipe(share())
  }

  /**
   * Why no message will come any more: the writer closed the ring (`peer`); it ended without that (`PEER_LOST`), cut this reader
   * off (`OVERFLOW`), or broke the rules (`PROTOCOL_VIOLATION`).
   */
  get closed(): Promise<CloseReason> {
    return this.heard.ended
  }

  /** Stops hearing. What is retained stays until its release. Harmless twice. */
  async close(): Promise<void> {
    this.heard.end({ by: 'us' })
    await this.heard.ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
