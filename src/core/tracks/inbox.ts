import { type FrameSink, LentFrame, SignalboxError } from '../contracts/index.js'

/**
 * Frames on their way to the one sink of a connection: lent in order, one at a time, never from inside the
 * sink, and kept while there is no sink or it is paused. Whoever fills it bounds it.
 */
export class Inbox {
  readonly #waiting: Uint8Array[] = []
  #bytes = 0
  readonly #frame = new LentFrame()
  #sink: FrameSink | undefined
  #paused = false
  #lending = false
  #scheduled = false
  #stopped = false

  /** @param drained is called each time the last waiting frame was lent */
  constructor(private readonly drained: () => void) {}

  /** Frames that wait. */
  get size(): number {
    return this.#waiting.length
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** @throws SignalboxError `CLOSED` when there is a sink already. */
  attach(sink: FrameSink): void {
    if (this.#sink !== undefined) {
      throw new SignalboxError(
        'CLOSED',
        'the one sink of this connection is taken; call receive once per connection',
      )
    }
    this.#sink = sink
    this.#lendSoon()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#lendSoon()
  }

  /**
   * Takes a frame: lends it at once, if nothing stands before it, else keeps it.
   * @param owned whether `bytes` stay as they are after this call; if not, what waits is a copy
   */
  push(bytes: Uint8Array, owned: boolean): void {
    if (this.#stopped) return
    if (this.#reads && !this.#lending && this.#waiting.length === 0) {
      this.#lend(bytes, owned)
      return
    }
    this.#waiting.push(owned ? bytes : new Uint8Array(bytes))
    this.#bytes += bytes.length
    this.#lendSoon()
  }

  /** Forgets what waits; nothing is lent any more. */
  stop(): void {
    this.#stopped = true
    this.#waiting.length = 0
    this.#bytes = 0
  }

  get #reads(): boolean {
    return this.#sink !== undefined && !this.#paused && !this.#stopped
  }

  #lendSoon(): void {
    if (this.#scheduled || this.#waiting.length === 0) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#lendWaiting()
    })
  }

  #lendWaiting(): void {
    while (this.#reads) {
      const bytes = this.#waiting.shift()
      if (bytes === undefined) return
      this.#bytes -= bytes.length
      this.#lend(bytes, true)
      if (this.#waiting.length === 0) this.drained()
    }
  }

  #lend(bytes: Uint8Array, owned: boolean): void {
    this.#lending = true
    this.#sink?.(this.#frame.reset(bytes, 0, bytes.length, owned))
    this.#lending = false
  }
}
