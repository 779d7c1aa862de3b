import { type Observable, Subject } from 'rxjs'
import type {
  CloseReason,
  Connection,
  ConnectionTransport,
  FrameSink,
  SignalboxError,
} from '../../core/contracts/index.js'
import { inProcess } from './in-process.js'
import { MemoryVariant, RestrictedConnection } from './memory-variant.js'

/** Connections whose end the other side never hears of. Addresses are `no-close-notice://./<name>`. */
export function noCloseNotice(): ConnectionTransport {
  return new MemoryVariant({
    name: 'no-close-notice',
    summary: 'Connections within one process that end without telling the other side; for tests.',
    capabilities: { ...inProcess, close: 'heartbeat' },
    restrict: connection => new SilentlyEndingConnection(connection),
  })
}

/** When it ends, the connection below stays, and swallows what the peer still sends. */
class SilentlyEndingConnection extends RestrictedConnection implements Connection {
  override readonly writable$: Observable<void>
  override readonly closed: Promise<CloseReason>
  readonly #writable = new Subject<void>()
  #sink: FrameSink | undefined
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor(connection: Connection) {
    super(connection)
    this.writable$ = this.#writable.asObservable()
    connection.writable$.subscribe(() => this.#writable.next())
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    connection.closed.then(reason => this.#end(reason)) // nobody subscribed to the listener
  }

  override send(frame: Uint8Array): 'sent' | 'full' {
    return this.#over ? 'full' : super.send(frame)
  }

  override receive(sink: FrameSink): void {
    super.receive(frame => {
      if (!this.#over) sink(frame)
    })
    this.#sink = sink
  }

  override async close(): Promise<void> {
    this.#end({ by: 'us' })
    await this.closed
  }

  override abort(error?: SignalboxError): void {
    this.#end(error === undefined ? { by: 'us' } : { by: 'fault', error })
  }

  #end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.#writable.complete()
    if (this.#sink === undefined) super.receive(() => {})
    super.resume()
    this.#resolveClosed(reason)
  }
}
