import type { Connection, PeerIdentity } from '../../core/contracts/connection.js'
import { poisoned } from '../poisoned.js'
import type { End, EndReason, Progress, SendReport } from './end.js'
import { endReason, inWords } from './end-reason.js'
import { Recorder } from './recorder.js'
import { type Script, ScriptReader } from './script.js'

/** An end in this process. Whatever it receives is poisoned after its loan. */
export class TrackEnd implements End {
  readonly connection: Connection
  readonly #recorder: Recorder
  readonly #sent = { frames: 0, bytes: 0, fulls: 0 }
  readonly #ended: Promise<EndReason>
  #endReason: EndReason | undefined
  #sink: ((bytes: Uint8Array) => void) | undefined
  #paused = false
  #inSink = false

  constructor(connection: Connection, boundaries: 'message' | 'stream') {
    this.connection = poisoned(connection)
    this.#recorder = new Recorder(boundaries)
    this.#ended = connection.closed.then(reason => {
      this.#recorder.end(`the connection was closed (${inWords(reason)})`)
      this.#endReason = endReason(reason)
      return this.#endReason
    })
  }

  async send(script: Script): Promise<SendReport> {
    const reader = new ScriptReader(script)
    for (let index = 0; index < script.count; index++) await this.#sendOne(reader.frame(index), index, script)
    return this.sent()
  }

  sent(): Promise<SendReport> {
    return Promise.resolve({ ...this.#sent })
  }

  receive(): Promise<void> {
    this.#attach(bytes => this.#recorder.take(bytes))
    return Promise.resolve()
  }

  expect(script: Script): Promise<void> {
    const met = this.#recorder.expect(script)
    void this.receive()
    return met
  }

  received(): Promise<Progress> {
    return Promise.resolve({ frames: this.#recorder.frames, bytes: this.#recorder.bytes })
  }

  echo(): Promise<void> {
    const waiting: Uint8Array[] = []
    const sendWaiting = async () => {
      for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
        while (this.connection.send(first) === 'full') if (!(await this.#writable())) return
        waiting.shift()
      }
      this.connection.resume()
    }
    this.#attach(bytes => {
      if (waiting.length > 0) waiting.push(Uint8Array.from(bytes))
      else if (this.connection.send(bytes) === 'full') {
        waiting.push(Uint8Array.from(bytes))
        this.connection.pause()
        void sendWaiting()
      }
    })
    return Promise.resolve()
  }

  pause(): Promise<void> {
    this.connection.pause()
    this.#paused = true
    return Promise.resolve()
  }

  resume(): Promise<void> {
    this.#paused = false
    this.connection.resume()
    return Promise.resolve()
  }

  closed(): Promise<EndReason> {
    return this.#ended
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  abort(): Promise<void> {
    this.connection.abort()
    return Promise.resolve()
  }

  remote(): Promise<PeerIdentity> {
    return Promise.resolve(this.connection.remote)
  }

  async #sendOne(frame: Uint8Array, index: number, script: Script): Promise<void> {
    while (this.connection.send(frame) === 'full') {
      this.#sent.fulls += 1
      if (await this.#writable()) continue
      const { by, message } = await this.#ended
      throw new Error(
        `frame ${index} of ${script.count} could not be sent: the connection was closed by ${by}: ${message ?? ''}`,
      )
    }
    this.#sent.frames += 1
    this.#sent.bytes += frame.length
  }

  /** Resolves when a refused frame may be tried again; false when the connection has ended. */
  #writable(): Promise<boolean> {
    if (this.#endReason !== undefined) return Promise.resolve(false)
    return new Promise(resolve => {
      // The subscription may emit at once, before there is anything to unsubscribe from.
      const subscription = this.connection.writable$.subscribe({
        next: () => {
          resolve(true)
          queueMicrotask(() => subscription.unsubscribe())
        },
        complete: () => resolve(false),
      })
    })
  }

  /** Only the first call reaches the track: it has one sink. */
  #attach(sink: (bytes: Uint8Array) => void): void {
    const attached = this.#sink !== undefined
    this.#sink = sink
    if (attached) return
    this.connection.receive(frame => {
      if (this.#inSink) this.#recorder.end('the sink was called while it was running')
      if (this.#paused) this.#recorder.end('the sink was called although the connection is paused')
      if (this.#endReason !== undefined) this.#recorder.end('the sink was called after closed had resolved')
      this.#inSink = true
      this.#sink?.(frame.bytes)
      this.#inSink = false
    })
  }
}
