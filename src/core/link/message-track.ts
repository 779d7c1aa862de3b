import { violation } from './bytes.js'
import { ConnectionTrack } from './track.js'

/** A track over a connection that keeps the boundaries of its frames. */
export class MessageTrack extends ConnectionTrack {
  #scratch = new Uint8Array(4096)
  #reserved = 0

  reserve(length: number): Uint8Array | undefined {
    this.#reserved = length
    const inPlace = this.connection.inPlace
    if (inPlace !== undefined) return inPlace.reserve(length)
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length)
    return this.#scratch.subarray(0, length)
  }

  commit(): boolean {
    const inPlace = this.connection.inPlace
    if (inPlace === undefined)
      return this.connection.send(this.#scratch.subarray(0, this.#reserved)) === 'sent'
    inPlace.commit(this.#reserved)
    return true
  }

  receive(sink: (frame: Uint8Array) => void): void {
    this.connection.receive(frame => {
      if (frame.bytes.length > this.largest) {
        this.abort(violation(`a frame of ${frame.bytes.length} B is over the ${this.largest} B allowed now`))
      } else {
        sink(frame.bytes)
      }
    })
  }

  get maxFrame(): number {
    return this.connection.limits.maxFrame
  }
}
