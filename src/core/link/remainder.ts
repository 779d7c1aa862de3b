import { ByteReader } from './byte-reader.js'
import type { CountedTrack } from './counted-track.js'
import { partLength, writePart } from './frame-writer.js'
import { FrameKind } from './frames.js'

/** What a dead track carried and its peer never received, and how far it has left again. */
export class Remainder {
  /** Bytes of the oldest frame's message that left again in parts. */
  #offset = 0
  readonly #reader = new ByteReader(new Uint8Array())

  constructor(readonly from: CountedTrack) {}

  /** Sends it again on another track; false when that is full. */
  resend(on: CountedTrack): boolean {
    const { replay } = this.from
    for (let frame = replay.first(); frame !== undefined; frame = replay.first()) {
      const fits = frame.length <= on.track.maxFrame && this.#offset === 0
      if (!(fits ? on.put(frame) : this.#resendInParts(frame, on))) return false
      this.#offset = 0
      replay.drop(1)
    }
    return true
  }

  /** Only messages and parts of them are too large for any track. */
  #resendInParts(frame: Uint8Array, on: CountedTrack): boolean {
    const reader = this.#reader.reset(frame, 0, frame.length)
    const kind = reader.u8()
    const lane = reader.varint()
    const sequence = reader.varint()
    const begin = kind === FrameKind.part ? reader.varint() : 0
    const total = kind === FrameKind.part ? reader.varint() : reader.left
    const message = reader.rest()
    while (this.#offset < message.length) {
      const part = message.subarray(this.#offset, this.#offset + on.partSize)
      const offset = begin + this.#offset
      const room = on.reserve(partLength(lane, sequence, offset, total, part.length))
      if (room === undefined) return false
      writePart(room, lane, sequence, offset, total, part)
      if (!on.commit()) return false
      this.#offset += part.length
    }
    return true
  }
}
