import { ackPacket, type ContentPacket, violated } from './reliable-packet.js'

/** What a receiving window delivers: a frame, or `undefined` for the end of all frames. */
export type Deliver = (frame: Uint8Array | undefined, owned: boolean) => void

/**
 * Puts frames in order, each once. It holds at most as many as it said it has room for, and nothing of a size that
 * a peer named (I12).
 */
export class ReceivingWindow {
  /** Frames that arrived although they had before. */
  duplicates = 0
  readonly #early = new Map<number, Uint8Array | undefined>()
  #heard = 0
  #next = 0
  #end = Number.POSITIVE_INFINITY
  /** Sequences before this one were permitted at some time. */
  #promised: number

  /** @param width how many frames it holds, those included that `waiting` counts as not delivered yet */
  constructor(
    private readonly width: number,
    private readonly waiting: () => number,
    private readonly deliver: Deliver,
  ) {
    this.#promised = width
  }

  /** Takes what arrived. @throws SignalboxError `PROTOCOL_VIOLATION` */
  take({ kind, transmission, sequence, frame }: ContentPacket): void {
    const isEnd = kind === 'end'
    // With nothing in flight, a sender may ask for room with one frame; an end needs none, and may follow that.
    if (sequence > this.#promised + (isEnd ? 1 : 0)) throw violated('it sends more than there is room for')
    if (isEnd ? sequence < this.#next - 1 || this.#isBehind(sequence) : sequence >= this.#end) {
      throw violated('it sends something behind the end')
    }
    this.#heard = Math.max(this.#heard, transmission)
    if (sequence < this.#next || this.#early.has(sequence)) {
      this.duplicates++
      return
    }
    if (isEnd) this.#end = sequence
    else if (sequence >= this.#promised) return // it asks for room, and there is none
    if (sequence > this.#next) this.#early.set(sequence, isEnd ? undefined : new Uint8Array(frame))
    else {
      this.#next++
      this.deliver(isEnd ? undefined : frame, false)
      this.#deliverEarly()
    }
  }

  /** Whether much more fits than the peer knows of. */
  get hasOpened(): boolean {
    return this.#next + this.#room - this.#promised >= this.width / 2
  }

  /** What is to be told to the sender now. */
  acknowledgement(): Uint8Array {
    const room = this.#room
    this.#promised = Math.max(this.#promised, this.#next + room)
    return ackPacket(this.#heard, this.#next, room, this.#early.keys())
  }

  get #room(): number {
    return Math.max(0, this.width - this.waiting())
  }

  #deliverEarly(): void {
    while (this.#early.has(this.#next)) {
      const frame = this.#early.get(this.#next)
      this.#early.delete(this.#next++)
      this.deliver(frame, true)
    }
  }

  /** Whether something behind `sequence` arrived. */
  #isBehind(sequence: number): boolean {
    for (const early of this.#early.keys()) if (early > sequence) return true
    return false
  }
}
