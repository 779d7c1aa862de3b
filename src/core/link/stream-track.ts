import { violation } from './bytes.js'
import { ConnectionTrack } from './track.js'

/** Bytes of the length in front of each frame: an unsigned 32-bit little-endian integer. */
const HEADER = 4

/** A track over a connection that delivers bytes in pieces of any size: a length stands before each frame. */
export class StreamTrack extends ConnectionTrack {
  #scratch = new Uint8Array(4096)
  #reserved = 0
  /** The frame that a piece ended in: its header first, then its body. */
  #header = new Uint8Array(HEADER)
  #body: Uint8Array | undefined
  #filled = 0

  reserve(length: number): Uint8Array | undefined {
    const whole = HEADER + length
    const room = this.#room(whole)
    if (room === undefined) return undefined
    this.#reserved = whole
    room[0] = length
    room[1] = length >>> 8
    room[2] = length >>> 16
    room[3] = length >>> 24
    return room.subarray(HEADER, whole)
  }

  commit(): boolean {
    const inPlace = this.connection.inPlace
    if (inPlace === undefined)
      return this.connection.send(this.#scratch.subarray(0, this.#reserved)) === 'sent'
    inPlace.commit(this.#reserved)
    return true
  }

  receive(sink: (frame: Uint8Array) => void): void {
    this.connection.receive(({ bytes }) => {
      let at = this.#unfinished ? this.#complete(bytes, sink) : 0
      // Most frames lie whole in one piece: they are lent from there.
      while (at + HEADER <= bytes.length) {
        const length = readLength(bytes, at)
        if (!this.#allowed(length)) return
        const end = at + HEADER + length
        if (end > bytes.length) break
        sink(bytes.subarray(at + HEADER, end))
        at = end
      }
      if (at < bytes.length) this.#complete(bytes.subarray(at), sink)
    })
  }

  get maxFrame(): number {
    return this.connection.limits.maxFrame - HEADER
  }

  #room(whole: number): Uint8Array | undefined {
    const inPlace = this.connection.inPlace
    if (inPlace !== undefined) return inPlace.reserve(whole)
    if (whole > this.#scratch.length) this.#scratch = new Uint8Array(whole)
    return this.#scratch
  }

  get #unfinished(): boolean {
    return this.#filled > 0 || this.#body !== undefined
  }

  /** Takes what `piece` adds to the unfinished frame, delivers it when complete, and tells how much was taken. */
  #complete(piece: Uint8Array, sink: (frame: Uint8Array) => void): number {
    let at = 0
    if (this.#body === undefined) {
      while (this.#filled < HEADER && at < piece.length) this.#header[this.#filled++] = piece[at++] ?? 0
      if (this.#filled < HEADER) return at
      const length = readLength(this.#header, 0)
      if (!this.#allowed(length)) return piece.length
      this.#body = new Uint8Array(length)
      this.#filled = 0
    }
    const body = this.#body
    const taken = Math.min(body.length - this.#filled, piece.length - at)
    body.set(piece.subarray(at, at + taken), this.#filled)
    this.#filled += taken
    if (this.#filled === body.length) {
      this.#body = undefined
      this.#filled = 0
      sink(body)
    }
    return at + taken
  }

  #allowed(length: number): boolean {
    if (length <= this.largest) return true
    this.abort(violation(`a frame of ${length} B is over the ${this.largest} B allowed now`))
    return false
  }
}

function readLength(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  )
}
