import { SignalboxError } from '../../../src/core/contracts/index.js'
import { type Hello, type LaneSink, Link, type Receipt, type Session } from '../../../src/core/link/index.js'
import { MessageTrack } from '../../../src/core/link/message-track.js'
import { StreamTrack } from '../../../src/core/link/stream-track.js'
import { connectionPair, type PairedConnection } from '../../../src/testing/connection-pair.js'
import type { SeededRandom } from '../../../src/testing/seeded-random.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { bytes, NOTHING, optionsOf } from './link-pair.js'

/** What the victim, and whoever is recorded as its peer, takes. */
export const VICTIM_LIMITS = {
  window: { messages: 32, bytes: 4096 },
  lanes: 4,
  maxFrame: 1024,
  maxMessage: 20_000,
} as const

/** A link without a handshake, which speaks and answers like a busy node, and hears what a test lets it hear. */
export class Victim {
  readonly link: Link
  readonly #clock = new VirtualClock()
  readonly #wire: PairedConnection
  readonly #receipts: number[] = []

  constructor(
    private readonly random: SeededRandom,
    private readonly boundaries: 'message' | 'stream',
  ) {
    const [wire, its] = connectionPair(
      boundaries === 'stream'
        ? { pieces: () => 1 + random.below(200), capacity: 50_000 }
        : { capacity: 50_000 },
    )
    this.#wire = its
    wire.receive(() => {})
    const track = boundaries === 'stream' ? new StreamTrack(its) : new MessageTrack(its)
    track.expect(4096)
    const host = { control: this.#sink, replies: this.#sink, laneOpened: () => this.#sink }
    const handOver = (sink: Parameters<typeof track.receive>[0]) => track.receive(sink)
    // What it keeps for a replay is its own doing, and no more than what a message may take.
    const options = { replay: 8192 }
    this.link = new Link({ session: sessionOfVictim(), handOver }, track, this.#clock, host, options)
    speak(this.link, () => this.#receipt())
  }

  /** Lets a frame arrive, in pieces where it is a stream. */
  hear(frame: Uint8Array): void {
    if (this.boundaries === 'stream') this.#wire.deliver(this.#header(frame.length))
    this.#wire.deliver(frame)
  }

  /** Lets the link work. */
  async turn(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
  }

  /** How it came out; checks that every message has one outcome and that nothing is left. */
  async end(): Promise<string> {
    await this.turn()
    const wentOn = !this.link.ended
    this.link.abort()
    const reason = await this.link.closed
    await this.turn()
    if (this.#receipts.some(settled => settled !== 1)) throw new Error(`outcomes: ${this.#receipts}`)
    if (this.#clock.pending > 0) throw new Error(`${this.#clock.pending} timers are left`)
    if (wentOn) return 'goes on'
    return reason.by === 'fault' ? reason.error.code : reason.by
  }

  readonly #sink: LaneSink = {
    accept: () => {
      const chance = this.random.below(8)
      if (chance === 0) throw new SignalboxError('MAILBOX_FULL', 'no room')
      if (chance === 1) return Promise.resolve()
      if (chance === 2) return Promise.reject(new Error('failed later'))
      return undefined
    },
  }

  #header(length: number): Uint8Array {
    const wrong = this.random.below(200) === 0 ? this.random.below(2 ** 32) : length
    const header = new Uint8Array(4)
    new DataView(header.buffer).setUint32(0, wrong, true)
    return header
  }

  #receipt(): Receipt {
    const index = this.#receipts.push(0) - 1
    return {
      settle: () => {
        this.#receipts[index] = (this.#receipts[index] ?? 0) + 1
      },
    }
  }
}

/** Everything that a link can say: small and large messages in several lanes, some of which end. */
export function speak(link: Link, receipt: () => Receipt): void {
  const offer = (lane: { offer: Link['control']['offer'] }, message: Uint8Array) => {
    const mine = receipt()
    if (!lane.offer(NOTHING, message, mine)) mine.settle({ status: 'accepted' })
  }
  const lanes = [link.openLane(bytes('first')), link.openLane(bytes('second')), link.openLane(bytes('third'))]
  offer(link.control, bytes('control'))
  offer(link.replies, bytes('answer'))
  for (const [index, lane] of lanes.entries()) {
    for (let count = 0; count < 6; count++) offer(lane, new Uint8Array(count * 20).fill(count))
    offer(lane, new Uint8Array(900 * (1 + 5 * index)).fill(7))
    lane.end()
  }
}

function sessionOfVictim(): Session {
  const mine = helloOf('right')
  const key = { token: new Uint8Array(16), key: new Uint8Array(16) }
  return { role: 'listener', mine, theirs: helloOf('left'), codec: 'msgpack', epoch: 1, ...key }
}

function helloOf(node: string): Hello {
  return { ...optionsOf(node).hello, ...VICTIM_LIMITS, epoch: 1, nonce: new Uint8Array(16) }
}
