import { type CloseReason, isSignalboxError, SignalboxError } from '../../core/contracts/index.js'
import type { Segment } from '../segment/segment.js'
import type { BroadcastMessage } from './broadcast-message.js'
import { BroadcastReader } from './broadcast-reader.js'
import type { RingOffer } from './introduction.js'
import { ringMemoryOf } from './ring-memory.js'

/** What a {@link HeardRing} is made of. */
export interface HeardRingOptions {
  /** How messages call it. */
  readonly name: string
  readonly offer: RingOffer
  /** Where it lies. */
  readonly segment: Pick<Segment, 'close'> & { readonly buffer: ArrayBufferLike }
  /** Takes the messages, each lent until it returns; must not throw. */
  readonly sink: (message: BroadcastMessage, origin: number) => void
  /** Tells the writer that there is room. */
  readonly ring: () => void
}

/** Messages, or bytes, after which others get the event loop. */
const BATCH = { messages: 256, bytes: 1024 * 1024 }

/** A ring that this process hears: delivers while there is something, and sleeps when there is not, until it is woken. */
export class HeardRing {
  /** Resolves when no message will come any more. */
  readonly ended: Promise<CloseReason>
  /** Resolves when nobody keeps a message of it any more either, and its memory is let go of. */
  readonly released: Promise<void>
  readonly #options: HeardRingOptions
  readonly #reader: BroadcastReader
  #paused = true
  #awake = false
  /** Whether the writer's end was seen. */
  #alone = false
  #over = false
  #resolveEnded: (reason: CloseReason) => void = () => {}
  #resolveReleased: () => void = () => {}

  constructor(options: HeardRingOptions) {
    const { offer, segment, ring } = options
    this.#options = options
    this.#reader = new BroadcastReader(ringMemoryOf(segment.buffer, offer.sizes), offer, {
      ring,
      givenBack: () => this.#letGo(),
    })
    this.ended = new Promise(resolve => {
      this.#resolveEnded = resolve
    })
    this.released = new Promise(resolve => {
      this.#resolveReleased = resolve
    })
  }

  /** Begins to deliver, or goes on. */
  resume(): void {
    this.#paused = false
    this.#turnSoon()
  }

  pause(): void {
    this.#paused = true
  }

  /** The writer rang the bell. */
  woken(): void {
    if (this.#over) return
    if (this.#paused)
      this.#turnSoon() // it may have been cut off
    else if (!this.#awake) {
      this.#awake = true
      this.#reader.unpark()
      this.#turn()
    }
  }

  /** The writer is gone; what it had published is still delivered. */
  writerGone(): void {
    this.#alone = true
    this.#turnSoon()
  }

  /** Stops. */
  end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.#resolveEnded(reason)
    this.#letGo()
  }

  #turnSoon(): void {
    if (this.#awake || this.#over) return
    this.#awake = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    if (this.#over) return
    const more = this.#deliver()
    if (this.#over) return
    if (more || !this.#sleeps()) setImmediate(this.#turn)
  }

  /** Delivers what is there; true when it was left for others to have a turn. */
  #deliver(): boolean {
    let bytes = 0
    let count = 0
    for (; count < BATCH.messages && bytes < BATCH.bytes; count++) {
      const message = this.#paused ? undefined : this.#next()
      if (message === undefined) break
      bytes += message.end - message.start
      this.#options.sink(message, this.#reader.origin)
      this.#reader.done()
      if (this.#over) return false
    }
    if (!this.#over && count > 0) this.#reader.free()
    return count === BATCH.messages || bytes >= BATCH.bytes
  }

  #next(): BroadcastMessage | undefined {
    try {
      return this.#reader.next()
    } catch (error) {
      if (!isSignalboxError(error)) throw error
      this.#fail(new SignalboxError(error.code, `${this.#options.name}: ${error.message}`, { cause: error }))
      return undefined
    }
  }

  /** Goes to sleep, or ends; false when there is something to do. */
  #sleeps(): boolean {
    const { name } = this.#options
    const reader = this.#reader
    const { closed } = reader
    if (reader.evicted) {
      const why = `${name}: its writer cut this reader off, which was too slow`
      this.#fail(new SignalboxError('OVERFLOW', `${why}; read faster, or have the ring drop messages`))
      return true
    }
    if ((closed || this.#alone) && !reader.ready) {
      if (closed) this.end({ by: 'peer' })
      else this.#fail(new SignalboxError('PEER_LOST', `${name}: its writer ended without closing it`))
      return true
    }
    if (!this.#paused && !reader.park()) return false
    this.#awake = false
    return true
  }

  #fail(error: SignalboxError): void {
    this.end({ by: 'fault', error })
  }

  /** In a later turn than that of the end, in which somebody may still look at what is lent. */
  #letGo(): void {
    if (!this.#over || this.#reader.kept > 0) return
    setImmediate(() => {
      this.#options.segment.close()
      this.#resolveReleased()
    })
  }
}
