import type { MessagePort } from 'node:worker_threads'
import { type Observable, Subject } from 'rxjs'
import {
  type Address,
  assertNoSink,
  type CloseReason,
  type Connection,
  type FrameSink,
  LentFrame,
  type Limits,
  type PeerIdentity,
  SignalboxError,
} from '../../core/contracts/index.js'
import { ownIdentity } from '../../native/own-identity.js'
import { IncomingBatch } from './batch.js'
import { BatchingWriter } from './batching-writer.js'

const LIMITS: Limits = Object.freeze({ maxFrame: Number.POSITIVE_INFINITY })

/**
 * A message port as a connection, which owns it from here on. Like a socket, it keeps its thread alive while somebody
 * reads from it. What arrives while nobody reads waits here as it would in the port, which has no bound either.
 */
export class WorkerConnection implements Connection {
  readonly limits = LIMITS
  readonly remote: PeerIdentity = ownIdentity()
  readonly closed: Promise<CloseReason>
  readonly writable$: Observable<void>
  readonly inPlace: BatchingWriter
  readonly #port: MessagePort
  readonly #address: Address
  readonly #writer: BatchingWriter
  readonly #writable = new Subject<void>()
  readonly #waiting: IncomingBatch[] = []
  readonly #frame = new LentFrame()
  #sink: FrameSink | undefined
  #paused = false
  #delivering = false
  #deliveryScheduled = false
  /** The other end is closed: so is this one, when everything was read. */
  #peerGone = false
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor(port: MessagePort, address: Address) {
    this.#port = port
    this.#address = address
    this.#writer = new BatchingWriter(port, () => this.#writable.next())
    this.inPlace = this.#writer
    this.writable$ = this.#writable.asObservable()
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    port.on('message', this.#onMessage)
    port.on('messageerror', (error: Error) => this.#refuse(error.message))
    port.on('close', this.#onClose)
    port.unref()
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    return this.#writer.send(frame)
  }

  receive(sink: FrameSink): void {
    assertNoSink(this.#sink, this.#address.href)
    this.#sink = sink
    if (!this.#over && !this.#peerGone) this.#port.ref()
    this.#deliverSoon()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#deliverSoon()
  }

  /** What was sent is with the peer's thread when the port closes; it gets that, and then the end. */
  async close(): Promise<void> {
    if (!this.#over) {
      this.#writer.close()
      this.#end({ by: 'us' })
    }
    await this.closed
  }

  abort(error?: SignalboxError): void {
    this.#end(error === undefined ? { by: 'us' } : { by: 'fault', error })
  }

  readonly #onMessage = (message: unknown): void => {
    if (this.#over) return
    const batch = IncomingBatch.of(message)
    if (batch === undefined) {
      this.#refuse(`${kindOf(message)} arrived, which no connection sends`)
      return
    }
    this.#waiting.push(batch)
    if (!this.#deliveryScheduled) this.#deliver()
  }

  readonly #onClose = (): void => {
    this.#peerGone = true
    this.#writer.discard()
    this.#writable.complete()
    if (this.#waiting.length === 0) this.#end({ by: 'peer' })
  }

  /** In a turn of its own, as what arrives is: never from inside `receive` or `resume`. */
  #deliverSoon(): void {
    if (this.#deliveryScheduled || this.#waiting.length === 0) return
    this.#deliveryScheduled = true
    setImmediate(() => {
      this.#deliveryScheduled = false
      this.#deliver()
    })
  }

  #deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    for (let batch = this.#waiting[0]; batch !== undefined && this.#reads; batch = this.#waiting[0]) {
      if (batch.isOver) this.#waiting.shift()
      else if (batch.next()) this.#lend(batch)
      else this.#refuse('a batch arrived whose frames do not lie within it')
    }
    this.#delivering = false
    if (this.#peerGone && this.#waiting.length === 0) this.#end({ by: 'peer' })
  }

  get #reads(): boolean {
    return this.#sink !== undefined && !this.#paused && !this.#over
  }

  /** Nobody will write there again; but a small frame that is kept should not keep the whole batch. */
  #lend(batch: IncomingBatch): void {
    this.#sink?.(this.#frame.reset(batch.bytes, batch.start, batch.end, batch.isMostlyThis))
  }

  #refuse(why: string): void {
    const advice = 'a port that was handed over belongs to its connection alone'
    this.abort(new SignalboxError('PROTOCOL_VIOLATION', `${this.#address.href}: ${why}; ${advice}`))
  }

  #end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.#waiting.length = 0
    this.#writer.discard()
    this.#writable.complete()
    if (this.#peerGone) {
      this.#resolveClosed(reason)
      return
    }
    this.#port.off('close', this.#onClose)
    this.#port.on('close', () => this.#resolveClosed(reason))
    this.#port.close()
  }
}

function kindOf(message: unknown): string {
  return message === null
    ? 'null'
    : message instanceof ArrayBuffer
      ? 'a foreign ArrayBuffer'
      : `a foreign ${typeof message}`
}
