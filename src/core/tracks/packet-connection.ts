import {
  type Address,
  type CloseReason,
  type Endpoint,
  type Limits,
  type PeerIdentity,
  SignalboxError,
} from '../contracts/index.js'
import { DATA_HEADER, isFor, PacketKind, signalPacket } from './conversation-packet.js'
import { DerivedConnection } from './derived-connection.js'

/**
 * Bytes and frames that wait for a paused reader. The mechanism cannot be stopped, so beyond them the connection ends;
 * a reliable track, or a link's credit, never lets it come to that.
 */
const WAITING = { bytes: 4 * 1024 * 1024, frames: 4096 } as const

const NOBODY: PeerIdentity = Object.freeze({ pid: undefined, user: Object.freeze({ by: 'none' }) })

/** Both ends of a connection, as one of them sees them. */
export interface Conversation {
  /** This end's own; it goes with the connection. */
  readonly endpoint: Endpoint
  readonly ownId: Uint8Array
  readonly peerId: Uint8Array
  readonly to: Address | 'all'
  /** Bytes of the mechanism's largest packet. */
  readonly maxPacket: number
}

/** A connection made of packets that carry the receiver's id. Whether they arrive, and in which order, is the mechanism's. */
export class PacketConnection extends DerivedConnection {
  readonly remote = NOBODY
  readonly limits: Limits
  #packet = Buffer.alloc(64)
  /** A frame that was taken while the mechanism was full, so that a fresh connection always takes one. */
  #held: Uint8Array | undefined
  #left = (): void => {}
  #closing: Promise<void> | undefined

  constructor(private readonly conversation: Conversation) {
    super()
    const { endpoint, maxPacket, to } = conversation
    this.limits = Object.freeze({ maxFrame: maxPacket - DATA_HEADER })
    endpoint.writable$.subscribe(() => this.#goOn())
    endpoint.unreachable$?.subscribe(address => {
      // The other end's place is its own, and nobody comes back to it.
      if (to !== 'all' && address.href === to.href) this.#lose({ by: 'fault', error: gone(to) })
    })
    endpoint.closed.then(reason => {
      this.#left()
      if (this.#closing === undefined) this.endAfterDelivery(reason)
      else this.end({ by: 'us' })
    })
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    if (frame.length > this.limits.maxFrame) throw tooLarge(frame.length, this.limits.maxFrame)
    if (this.ended || this.#closing !== undefined || this.#held !== undefined) return this.refuse()
    const packet = this.#packetOf(frame)
    if (this.#transmit(packet) === 'full') this.#held = new Uint8Array(packet)
    return 'sent'
  }

  /** Takes a packet that arrived at the endpoint; others than its own are ignored. */
  take(packet: Uint8Array): void {
    if (this.ended || !isFor(packet, this.conversation.ownId)) return
    if (packet[0] === PacketKind.data) this.#takeData(packet.subarray(DATA_HEADER))
    else if (packet[0] === PacketKind.close) this.#lose({ by: 'peer' })
  }

  /** Sends a packet without content, if the mechanism takes it now. */
  signal(kind: 'confirm' | 'ready' | 'close'): 'sent' | 'full' {
    return this.#transmit(signalPacket(kind, this.conversation.peerId))
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeGently()
    return this.#closing
  }

  abort(error?: SignalboxError): void {
    if (!this.ended) this.signal('close')
    this.end(error === undefined ? { by: 'us' } : { by: 'fault', error })
    void this.conversation.endpoint.close()
  }

  async #closeGently(): Promise<void> {
    if (!this.ended) {
      while (!this.ended && (this.#held !== undefined || this.signal('close') === 'full')) {
        await new Promise<void>(resolve => {
          this.#left = resolve
        })
      }
      await this.conversation.endpoint.close()
    }
    await this.closed
  }

  #lose(reason: CloseReason): void {
    if (this.ended) return
    this.endAfterDelivery(reason)
    void this.conversation.endpoint.close()
  }

  #takeData(frame: Uint8Array): void {
    this.inbox.push(frame, this.conversation.endpoint.lent$ === undefined)
    if (this.inbox.size <= WAITING.frames && this.inbox.bytes <= WAITING.bytes) return
    const why = `${this.inbox.size} frames wait for a reader that is paused, and this mechanism cannot be stopped`
    this.abort(new SignalboxError('OVERFLOW', `${why}; read on, or use a transport with flow control`))
  }

  #goOn(): void {
    if (this.#held !== undefined) {
      if (this.#transmit(this.#held) === 'full') return
      this.#held = undefined
    }
    this.#left()
    if (this.#closing === undefined) this.retry()
  }

  #packetOf(frame: Uint8Array): Buffer {
    const length = DATA_HEADER + frame.length
    if (this.#packet.length < length) this.#packet = Buffer.alloc(length)
    const packet = this.#packet.subarray(0, length)
    packet[0] = PacketKind.data
    packet.set(this.conversation.peerId, 1)
    packet.set(frame, DATA_HEADER)
    return packet
  }

  #transmit(packet: Uint8Array): 'sent' | 'full' {
    return this.conversation.endpoint.send(packet, this.conversation.to)
  }
}

function gone(from: Address): SignalboxError {
  return new SignalboxError('NO_LISTENER', `nobody is at ${from.href} any more; the other end closed or died`)
}

function tooLarge(length: number, largest: number): SignalboxError {
  return new SignalboxError(
    'FRAME_TOO_LARGE',
    `a frame of ${length} B is over the ${largest} B of this mechanism's packets; use a link (it cuts messages into parts)`,
  )
}
