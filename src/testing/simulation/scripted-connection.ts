import { Subject } from 'rxjs'
import {
  type CloseReason,
  type Connection,
  type FrameSink,
  LentFrame,
  type Limits,
  type PeerIdentity,
  SignalboxError,
} from '../../core/contracts/index.js'
import { ScriptedRoom } from './scripted-room.js'

/** What a mechanism does to frames: `stream` cuts and joins them, `lossy` loses, repeats, reorders and damages them. */
export type TrackKind = 'message' | 'stream' | 'lossy'

/** What a track of a scripted network is like. */
export interface TrackOptions {
  /** @default 'message' */
  readonly kind?: TrackKind
  /** Bytes that are on their way in one direction before `send` says full. @default Infinity */
  readonly capacity?: number
  /** Bytes of the largest frame. @default Infinity */
  readonly maxFrame?: number
  /** Whether it holds messages that were sent until they were taken. @default false */
  readonly holds?: boolean
}

/** Looks at each frame that leaves at one end of a track, and at each that arrives there. */
export type FrameWatch = (direction: 'sent' | 'arrived', frame: Uint8Array) => void

/** What can happen to a packet that is on its way. */
export type Mishap = 'lost' | 'repeated' | 'overtaken' | 'damaged'

/** Bytes that a stream has in front of each frame. */
const STREAM_HEADER = 4

/** Something on its way to an end. */
interface Arriving {
  readonly bytes: Uint8Array
  /** The frame that is whole with these bytes, for whoever watches. */
  readonly whole: Uint8Array | undefined
  /** It is the end of the peer, where that stands among the frames. */
  readonly isEnd: boolean
}

const NOTHING = new Uint8Array()
const END: Arriving = { bytes: NOTHING, whole: undefined, isEnd: true }

/** One end of a track of a {@link ScriptedNetwork}. */
export class ScriptedConnection implements Connection {
  readonly writable$ = new Subject<void>()
  readonly closed: Promise<CloseReason>
  readonly limits: Limits
  readonly remote: PeerIdentity = { pid: undefined, user: { by: 'none' } }
  readonly kind: TrackKind
  watch: FrameWatch | undefined
  over = false
  wasCut = false
  /** Nothing arrives until it is let go: what was sent is very late. */
  held = false

  /** Present on a stream: what is sent there is packed, and its room used again. */
  readonly inPlace?: ScriptedRoom

  /** Yields what was sent here and not taken over there, on a track that holds it. */
  readonly untaken?: () => Iterable<Uint8Array>

  readonly #untaken: Uint8Array[] = []
  #arriving: Arriving[] = []
  #arrivingBytes = 0
  #peer: ScriptedConnection | undefined
  #sink: FrameSink | undefined
  #paused = false
  #refused = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor(
    readonly id: number,
    private readonly options: TrackOptions,
  ) {
    this.kind = options.kind ?? 'message'
    if (this.kind === 'stream')
      this.inPlace = new ScriptedRoom(
        length => this.#admits(length),
        frame => this.send(frame),
      )
    if (options.holds === true) this.untaken = () => this.#untaken
    this.limits = { maxFrame: options.maxFrame ?? Number.POSITIVE_INFINITY }
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  join(peer: ScriptedConnection): void {
    this.#peer = peer
  }

  /** Whether something can arrive here now. */
  get deliverable(): boolean {
    return !this.over && !this.held && !this.#paused && this.#sink !== undefined && this.#arriving.length > 0
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    const peer = this.#peer
    if (!this.#admits(frame.length) || peer === undefined) return 'full'
    const isStream = this.kind === 'stream'
    this.watch?.('sent', isStream ? frame.subarray(STREAM_HEADER) : frame)
    const bytes = new Uint8Array(frame) // a Buffer's slice would be the sender's own bytes
    if (this.options.holds === true) this.#untaken.push(new Uint8Array(frame))
    if (this.wasCut) return 'sent'
    peer.#push({ bytes, whole: isStream ? bytes.subarray(STREAM_HEADER) : bytes, isEnd: false })
    return 'sent'
  }

  receive(sink: FrameSink): void {
    this.#sink = sink
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
  }

  /**
   * Lets what is next arrive: a frame, or the peer's end.
   * @param chance of a stream, whether it comes as it was sent, as a part only, or with what follows it
   */
  deliver(chance = 0): void {
    if (this.kind === 'stream') this.#cutOrJoin(chance)
    const next = this.#arriving.shift()
    if (next === undefined) return
    if (next.isEnd) {
      this.#finish({ by: 'peer' })
      return
    }
    const { bytes, whole } = next
    this.#arrivingBytes -= bytes.length
    if (whole !== undefined) this.watch?.('arrived', whole)
    this.#sink?.(LentFrame.of(bytes, false))
    bytes.fill(0xdb) // the loan is over
    this.#peer?.taken()
    this.#peer?.tryAgain()
  }

  /** Something happens to one of the packets that are on their way to this end. */
  suffer(mishap: Mishap, chance: number): void {
    const at = chance % Math.max(1, this.#arriving.length)
    const packet = this.#arriving[at]
    if (packet === undefined) return
    this.#arriving.splice(at, 1, ...afterMishap(packet, mishap, chance))
    if (mishap === 'overtaken') this.#arriving.push(packet)
    this.#weigh()
    this.#peer?.tryAgain()
  }

  /**
   * Nothing that is sent arrives any more, on either side, and neither side is told.
   * @param kept frames on their way to this end that still arrive
   */
  cut(kept: number): void {
    for (const end of [this, this.#peer]) {
      if (end === undefined || end.over) continue
      end.wasCut = true
      end.#arriving.splice(end === this ? kept : 0)
      end.#weigh()
    }
  }

  /** Notices that the track was cut. */
  notice(): void {
    this.#finish({ by: 'fault', error: new SignalboxError('SYSTEM', `track ${this.id} was cut`) })
  }

  /** Its process is gone: nobody hears of anything here, and the peer sees the end behind what was sent. */
  vanish(): void {
    this.#sink = undefined
    this.over = true
    this.#peer?.pushEnd()
  }

  async close(): Promise<void> {
    this.abort()
    await this.closed
  }

  abort(error?: SignalboxError): void {
    if (this.over) return
    this.#finish(error === undefined ? { by: 'us' } : { by: 'fault', error })
    this.#peer?.pushEnd()
  }

  #admits(length: number): boolean {
    const peer = this.#peer
    const { capacity = Number.POSITIVE_INFINITY } = this.options
    const waiting = peer === undefined ? 0 : peer.#arrivingBytes
    const admitted = !this.over && peer !== undefined && (waiting === 0 || waiting + length <= capacity)
    if (!admitted) this.#refused = true
    return admitted
  }

  #push(arriving: Arriving): void {
    if (this.over) return
    this.#arriving.push(arriving)
    this.#arrivingBytes += arriving.bytes.length
  }

  /** A stream knows no frames: the first piece that waits is half of it, or it and the next one. */
  #cutOrJoin(chance: number): void {
    const [first, second] = this.#arriving
    if (first === undefined || first.isEnd) return
    const { bytes, whole } = first
    if (chance % 5 === 1 && bytes.length > 1) {
      const middle = 1 + (chance % (bytes.length - 1))
      const parts = [
        { ...first, bytes: bytes.slice(0, middle), whole: undefined },
        { ...first, bytes: bytes.slice(middle) },
      ]
      this.#arriving.splice(0, 1, ...parts)
    } else if (chance % 5 === 2 && second !== undefined && !second.isEnd) {
      if (whole !== undefined) this.watch?.('arrived', whole)
      this.#arriving.splice(0, 2, { ...second, bytes: Buffer.concat([bytes, second.bytes]) })
    }
  }

  #weigh(): void {
    this.#arrivingBytes = this.#arriving.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  private pushEnd(): void {
    if (!this.over && !this.wasCut) this.#arriving.push(END)
  }

  /** The peer took the oldest frame. */
  private taken(): void {
    this.#untaken.shift()
  }

  private tryAgain(): void {
    if (!this.#refused || this.over) return
    this.#refused = false
    this.writable$.next()
  }

  #finish(reason: CloseReason): void {
    if (this.over) return
    this.over = true
    this.#arriving.length = 0
    this.writable$.complete()
    this.#resolveClosed(reason)
  }
}

/** What is left of a packet where it was. */
function afterMishap(packet: Arriving, mishap: Mishap, chance: number): Arriving[] {
  switch (mishap) {
    case 'lost':
    case 'overtaken':
      return []
    case 'repeated':
      return [packet, { ...packet, bytes: packet.bytes.slice() }]
    case 'damaged':
      return [{ ...packet, bytes: damaged(packet.bytes, chance) }]
  }
}

/** The same bytes, with one of them changed, or without the last ones. */
function damaged(bytes: Uint8Array, chance: number): Uint8Array {
  const at = chance % Math.max(1, bytes.length)
  if (chance % 2 === 0) return bytes.slice(0, at)
  const changed = bytes.slice()
  changed[at] = (changed[at] ?? 0) ^ 0x10
  return changed
}
