import { Subject } from 'rxjs'
import {
  type Clock,
  type CloseReason,
  type Connection,
  type FrameSink,
  LentFrame,
  type PeerIdentity,
  SignalboxError,
} from '../../../src/core/contracts/index.js'

/** What becomes of a packet: each copy that arrives, and when. */
export type Fate = (packet: Uint8Array) => readonly { readonly bytes: Uint8Array; readonly after: number }[]

/** Both ends of a track on which `fate` decides about each packet. */
export function noisyPair(clock: Clock, fate: Fate, maxFrame = 1024): [NoisyEnd, NoisyEnd] {
  const left = new NoisyEnd(clock, fate, maxFrame)
  const right = new NoisyEnd(clock, fate, maxFrame)
  left.peer = right
  right.peer = left
  return [left, right]
}

/** One end; it hears of its peer's end only when `notice` is set. */
export class NoisyEnd implements Connection {
  readonly writable$ = new Subject<void>()
  readonly closed: Promise<CloseReason>
  readonly remote: PeerIdentity = { pid: undefined, user: { by: 'none' } }
  readonly limits: { readonly maxFrame: number }
  peer: NoisyEnd | undefined
  notice = true
  /** Packets that never arrived, as the fate had it. */
  lost = 0
  #sink: FrameSink | undefined
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor(
    private readonly clock: Clock,
    private readonly fate: Fate,
    maxFrame: number,
  ) {
    this.limits = { maxFrame }
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    if (this.#over) return 'full'
    if (frame.length > this.limits.maxFrame) throw new SignalboxError('FRAME_TOO_LARGE', 'too large')
    const copies = this.fate(new Uint8Array(frame))
    if (copies.length === 0) this.lost++
    for (const { bytes, after } of copies) this.clock.after(after, () => this.peer?.arrive(bytes))
    return 'sent'
  }

  arrive(bytes: Uint8Array): void {
    if (this.#over) return
    this.#sink?.(LentFrame.of(bytes, false))
    bytes.fill(0xdb) // the loan is over
  }

  receive(sink: FrameSink): void {
    this.#sink = sink
  }

  pause(): void {}
  resume(): void {}

  async close(): Promise<void> {
    this.end({ by: 'us' })
    if (this.notice) this.peer?.end({ by: 'peer' })
  }

  abort(error?: SignalboxError): void {
    this.end(error === undefined ? { by: 'us' } : { by: 'fault', error })
    if (this.notice) this.peer?.end({ by: 'peer' })
  }

  end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.writable$.complete()
    this.#resolveClosed(reason)
  }
}
