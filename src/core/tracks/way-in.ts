import { type Connection, type FrameSink, LentFrame } from '../contracts/index.js'
import { PrefaceReader } from './preface.js'

/** A one-way connection that arrived: says first what it is for, and everything else to the sink that comes later. */
export class WayIn {
  /** What it is for; rejects where it ended before, or says nothing sensible. */
  readonly preface: Promise<Uint8Array>
  #sink: FrameSink | undefined
  /** What came with the end of the preface, in a stream. */
  #rest: Uint8Array | undefined
  #paused = false

  constructor(readonly connection: Connection) {
    const reader = new PrefaceReader()
    this.preface = new Promise((resolve, reject) => {
      connection.closed.then(() => reject(new Error('the way in closed before it said what it is for')))
      let known = false
      connection.receive(frame => {
        if (known) {
          this.#sink?.(frame)
          return
        }
        const read = reader.take(frame.bytes)
        if (read === undefined) return
        if (read === 'invalid') {
          reject(new Error('the way in does not say what it is for'))
          connection.abort()
          return
        }
        known = true
        connection.pause() // until there is a sink
        if (read.rest.length > 0) this.#rest = read.rest
        resolve(read.content)
      })
    })
    this.preface.catch(() => {}) // whoever waits for it hears of it
  }

  receive(sink: FrameSink): void {
    this.#sink = sink
    this.#goOn()
  }

  pause(): void {
    this.#paused = true
    this.connection.pause()
  }

  resume(): void {
    this.#paused = false
    this.#goOn()
  }

  #goOn(): void {
    if (this.#sink === undefined || this.#paused) return
    queueMicrotask(() => {
      if (this.#paused) return
      const rest = this.#rest
      this.#rest = undefined
      if (rest !== undefined) this.#sink?.(LentFrame.of(rest, true))
      if (!this.#paused) this.connection.resume()
    })
  }
}
