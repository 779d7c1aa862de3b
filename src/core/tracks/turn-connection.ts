import {
  type FrameSink,
  type Limits,
  type PeerIdentity,
  type SharedSlot,
  SignalboxError,
  type SlotContent,
} from '../contracts/index.js'
import { DerivedConnection } from './derived-connection.js'
import { ENVELOPE, type Envelope, isSame, readEnvelope, type Side, writeEnvelope } from './turn-envelope.js'

const NO_FRAME = new Uint8Array(0)
const NOBODY: PeerIdentity = Object.freeze({ pid: undefined, user: Object.freeze({ by: 'none' }) })

/**
 * A connection over one slot that both sides write. A frame stays there until the other side took it and says so;
 * what it wants to say itself goes with that.
 */
export class TurnConnection extends DerivedConnection {
  readonly remote = NOBODY
  readonly limits: Limits
  /** The frame that the peer did not take yet. */
  #frame: Uint8Array | undefined
  #sequence = 0
  #taken = 0
  /** What of `#taken` the peer has seen, or lies in the slot for it; -1 when neither is sure. */
  #told = 0
  /** Whether the frame lies in the slot. */
  #shown = false
  #hasSink = false
  #paused = false
  #scheduled = false
  #left = (): void => {}
  #closing: Promise<void> | undefined

  /** @param slot its own handle; it goes with the connection */
  constructor(
    private readonly slot: SharedSlot,
    private readonly side: Side,
    private readonly conversation: Uint8Array,
  ) {
    super()
    this.limits = Object.freeze({ maxFrame: slot.capacity - ENVELOPE })
    slot.changed$.subscribe(() => this.#goOn())
    this.#soon()
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    if (frame.length > this.limits.maxFrame) throw tooLarge(frame.length, this.limits.maxFrame)
    if (this.ended || this.#closing !== undefined || this.#frame !== undefined) return this.refuse()
    this.#frame = new Uint8Array(frame)
    this.#sequence++
    this.#shown = false
    this.#soon()
    return 'sent'
  }

  override receive(sink: FrameSink): void {
    super.receive(sink)
    this.#hasSink = true
    this.#soon()
  }

  override pause(): void {
    this.#paused = true
    super.pause()
  }

  override resume(): void {
    this.#paused = false
    super.resume()
    this.#soon()
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeGently()
    return this.#closing
  }

  abort(error?: SignalboxError): void {
    if (!this.ended) this.#release()
    this.end(error === undefined ? { by: 'us' } : { by: 'fault', error })
  }

  async #closeGently(): Promise<void> {
    while (!this.ended && this.#frame !== undefined) {
      this.#soon()
      await new Promise<void>(resolve => {
        this.#left = resolve
      })
    }
    if (!this.ended) {
      this.#release()
      this.end({ by: 'us' })
    }
    await this.closed
  }

  #soon(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#goOn()
    })
  }

  /** Takes what the peer wrote, and writes what it has not heard; again where somebody else was faster. */
  #goOn(): void {
    for (let done = false; !done && !this.ended; ) {
      const content = this.slot.read()
      const envelope = readEnvelope(content.bytes)
      if (envelope === undefined)
        this.#shown = false // a foreign program overwrote whatever was there
      else if (!isSame(envelope.conversation, this.conversation)) {
        this.#end() // who frees a slot has closed, and somebody else uses it now
        return
      } else if (envelope.side !== this.side && !this.#hear(envelope)) return
      done = this.ended || this.#say(content)
    }
  }

  /** Takes what the peer wrote; false where its frame has to stay, or it closed. */
  #hear(envelope: Envelope): boolean {
    if (envelope.kind === 'close') {
      this.#end()
      return false
    }
    this.#shown = false // it overwrote ours, which it had read
    if (envelope.taken === this.#sequence && this.#frame !== undefined) {
      this.#frame = undefined
      this.#left()
      this.retry()
    }
    if (envelope.kind !== 'frame' || envelope.sequence !== this.#taken + 1) return true
    const delivers = this.#hasSink && !this.#paused
    if (!delivers && this.#closing === undefined) return false
    this.#taken++
    if (delivers) this.inbox.push(envelope.frame, true)
    return true
  }

  /** Writes what the peer has not heard, if there is something; false where somebody else was faster. */
  #say(content: SlotContent): boolean {
    const hasFrame = this.#frame !== undefined && !this.#shown
    if (!hasFrame && this.#told === this.#taken) return true
    const frame = this.#frame ?? NO_FRAME
    const kind = this.#frame === undefined ? 'turn' : 'frame'
    const { side, conversation } = this
    const envelope = {
      kind,
      side,
      conversation,
      sequence: this.#sequence,
      taken: this.#taken,
      frame,
    } as const
    if (!this.slot.write(content.version, writeEnvelope(envelope))) return false
    this.#told = this.#taken
    this.#shown = this.#frame !== undefined
    return true
  }

  /** Says that this was all, over whatever is there, unless others use the slot already. */
  #release(): void {
    const { side, conversation } = this
    const envelope = {
      kind: 'close',
      side,
      conversation,
      sequence: this.#sequence,
      taken: this.#taken,
    } as const
    const bytes = writeEnvelope({ ...envelope, frame: NO_FRAME })
    for (let done = false; !done; ) {
      const content = this.slot.read()
      const present = readEnvelope(content.bytes)
      const isTheirs = present !== undefined && !isSame(present.conversation, conversation)
      done = isTheirs || this.slot.write(content.version, bytes)
    }
    this.#leave()
  }

  #end(): void {
    this.#leave()
    if (this.#closing === undefined) this.endAfterDelivery({ by: 'peer' })
    else this.end({ by: 'us' })
  }

  #leave(): void {
    this.#left()
    void this.slot.close()
  }
}

function tooLarge(length: number, largest: number): SignalboxError {
  return new SignalboxError(
    'FRAME_TOO_LARGE',
    `a frame of ${length} B is over the ${largest} B of this slot; use a link (it cuts messages into parts)`,
  )
}
