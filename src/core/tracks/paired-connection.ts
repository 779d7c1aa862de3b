import type { Observable } from 'rxjs'
import {
  type CloseReason,
  type Connection,
  type FrameSink,
  type Limits,
  type PeerIdentity,
  SignalboxError,
} from '../contracts/index.js'
import type { WayIn } from './way-in.js'

/** Two one-way connections, used as one that goes both ways. */
export class PairedConnection implements Connection {
  readonly closed: Promise<CloseReason>
  #hasSink = false
  #closing: Promise<void> | undefined

  constructor(
    private readonly out: Connection,
    private readonly wayIn: WayIn,
  ) {
    // The peer's last frames may still be on the way in when our way out has ended, also when it was in the middle of
    // what nobody reads any more: then the way in ends by itself, behind them.
    out.closed.then(reason => {
      if (reason.by === 'fault' && reason.error.code !== 'CLOSED') wayIn.connection.abort(reason.error)
    })
    this.closed = wayIn.connection.closed.then(async reason => {
      if (this.#closing !== undefined) return { by: 'us' }
      out.abort() // nobody reads it any more
      const outcome = await out.closed
      return outcome.by === 'fault' ? outcome : reason
    })
  }

  get writable$(): Observable<void> {
    return this.out.writable$
  }

  get remote(): PeerIdentity {
    return this.out.remote
  }

  get limits(): Limits {
    return this.out.limits
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    return this.#closing === undefined ? this.out.send(frame) : 'full'
  }

  receive(sink: FrameSink): void {
    if (this.#hasSink) {
      throw new SignalboxError(
        'CLOSED',
        'the one sink of this connection is taken; call receive once per connection',
      )
    }
    this.#hasSink = true
    this.wayIn.receive(sink)
  }

  pause(): void {
    this.wayIn.pause()
  }

  resume(): void {
    this.wayIn.resume()
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeBoth()
    return this.#closing
  }

  abort(error?: SignalboxError): void {
    this.out.abort(error)
    this.wayIn.connection.abort(error)
  }

  async #closeBoth(): Promise<void> {
    await this.out.close()
    await this.wayIn.connection.close()
    await this.closed
  }
}
