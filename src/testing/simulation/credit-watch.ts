import { FrameKind } from '../../core/link/frames.js'
import type { Grant } from '../../core/link/index.js'
import { ByteReader } from '../../core/link/index.js'

/** What a sender sent in one lane, and may have sent. */
interface Lane {
  granted: { messages: number; bytes: number }
  /** How far each message got, by sequence: a frame that leaves a second time counts once. */
  readonly sent: Map<number, number>
  bytes: number
}

/**
 * Looks at the frames of one side of one session, over all its tracks, and holds what it sends against what it
 * heard of credit (I7).
 */
export class CreditWatch {
  readonly #lanes = new Map<number, Lane>()
  readonly #reader = new ByteReader(new Uint8Array())

  /** @param window the peer's, of each fresh lane */
  constructor(
    private readonly window: Grant,
    private readonly fault: (what: string) => void,
  ) {}

  readonly look = (direction: 'sent' | 'arrived', frame: Uint8Array): void => {
    const kind = frame[0]
    if (
      direction === 'arrived' ? kind !== FrameKind.grant : kind !== FrameKind.data && kind !== FrameKind.part
    )
      return
    const reader = this.#reader.reset(frame, 1, frame.length)
    const id = reader.varint()
    const lane = this.#lane(id)
    const sequence = reader.varint()
    if (kind === FrameKind.grant) {
      lane.granted.messages = Math.max(lane.granted.messages, reader.varint())
      lane.granted.bytes = Math.max(lane.granted.bytes, reader.varint())
      return
    }
    const offset = kind === FrameKind.part ? reader.varint() : 0
    if (kind === FrameKind.part) reader.varint()
    this.#sent(id, lane, sequence, offset + reader.left)
  }

  #sent(id: number, lane: Lane, sequence: number, end: number): void {
    const before = lane.sent.get(sequence) ?? 0
    lane.sent.set(sequence, Math.max(before, end))
    lane.bytes += Math.max(0, end - before)
    if (lane.sent.size > lane.granted.messages || lane.bytes > lane.granted.bytes)
      this.fault(
        `lane ${id}: ${lane.sent.size} messages, ${lane.bytes} B sent of ${JSON.stringify(lane.granted)}`,
      )
  }

  #lane(id: number): Lane {
    const known = this.#lanes.get(id)
    if (known !== undefined) return known
    const lane: Lane = { granted: { ...this.window }, sent: new Map(), bytes: 0 }
    this.#lanes.set(id, lane)
    return lane
  }
}
