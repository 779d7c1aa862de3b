import type { Connection } from '../contracts/index.js'
import { lengthAt, PREFIX, putLength } from './length-prefix.js'
import { ConnectionTrack, plainBytes, type TrackSink } from './track.js'
import type { Way } from './way.js'

/** A track over a connection that delivers bytes in pieces of any size: a length stands before each frame. */
export class StreamTrack extends ConnectionTrack {
  /** The frame that a piece ended in: its header first, then its body. */
  readonly #header = new Uint8Array(PREFIX)
  /** Where bodies are put together, one after the other; as large as the largest that was. */
  #body = new Uint8Array()
  /** Bytes of the body; undefined until its header is whole. */
  #length: number | undefined
  /** Bytes of the header, or else of the body, that came. */
  #filled = 0

  constructor(connection: Connection, way?: Way) {
    super(connection, PREFIX, way)
  }

  receive(sink: TrackSink): void {
    this.connection.receive(frame => {
      const bytes = plainBytes(frame.buffer)
      const pieceEnd = frame.end
      let at = this.unfinished ? this.#complete(bytes, frame.start, pieceEnd, sink) : frame.start
      // Most frames lie whole in one piece: they are lent from there.
      while (at + PREFIX <= pieceEnd) {
        const length = lengthAt(bytes, at)
        if (!this.allows(length)) return
        const start = at + PREFIX
        const end = start + length
        if (end > pieceEnd) break
        this.lend(sink, bytes, start, end)
        at = end
      }
      if (at < pieceEnd) this.#complete(bytes, at, pieceEnd, sink)
    })
  }

  override keepsUntil(listener: () => void): boolean {
    if (this.inPlace?.beforeReuse === undefined) return false
    this.inPlace.beforeReuse(listener)
    return true
  }

  /** What the connection carries and the header can say. */
  override get maxFrame(): number {
    return Math.min(super.maxFrame, 0xffff_ffff)
  }

  protected putHeader(into: Uint8Array, at: number, length: number): void {
    putLength(into, at, length)
  }

  /** Whether a part of a frame came, and not yet the rest. */
  get unfinished(): boolean {
    return this.#filled > 0 || this.#length !== undefined
  }

  /**
   * Takes from `at` on what the unfinished frame lacks of a piece that ends at `pieceEnd`, lends the frame when it
   * is whole, and tells where the rest begins.
   */
  #complete(piece: Uint8Array, at: number, pieceEnd: number, sink: TrackSink): number {
    if (this.#length === undefined) {
      while (this.#filled < PREFIX && at < pieceEnd) this.#header[this.#filled++] = piece[at++] ?? 0
      if (this.#filled < PREFIX) return at
      const length = lengthAt(this.#header, 0)
      if (!this.allows(length)) return pieceEnd
      if (length > this.#body.length) this.#body = new Uint8Array(length)
      this.#length = length
      this.#filled = 0
    }
    const length = this.#length
    const taken = Math.min(length - this.#filled, pieceEnd - at)
    this.#body.set(piece.subarray(at, at + taken), this.#filled)
    this.#filled += taken
    if (this.#filled === length) {
      this.#length = undefined
      this.#filled = 0
      this.lend(sink, this.#body, 0, length)
    }
    return at + taken
  }
}
