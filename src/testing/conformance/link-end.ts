import type { Connection, PeerIdentity } from '../../core/contracts/connection.js'
import type { TransportContext } from '../../core/contracts/context.js'
import { type Boundaries, establishLink, type Link, type Session } from '../../core/link/index.js'
import { poisoned } from '../poisoned.js'
import {
  type EndReason,
  type LinkedEnd,
  MAIN_LANE,
  type Outcomes,
  type Progress,
  type SendReport,
} from './end.js'
import { endReason, inWords } from './end-reason.js'
import { LaneReceivers } from './lane-receivers.js'
import { LaneSender } from './lane-sender.js'
import { handshakeOptions, type LinkSettings } from './link-settings.js'
import type { Script } from './script.js'

/** The connection under a link, and which of its ends this is. */
export interface LinkTrack {
  readonly role: Session['role']
  readonly connection: Connection
  readonly boundaries: Boundaries
}

const NOTHING = new Uint8Array()

/** An end of a link in this process. What its track lends is poisoned afterwards. */
export class LinkEnd implements LinkedEnd {
  readonly #senders = new Map<string, LaneSender>()
  readonly #ended: Promise<EndReason>

  /**
   * Shakes hands over `track`.
   * @throws SignalboxError why the handshake failed; the connection is ended then.
   */
  static async establish(
    { role, connection, boundaries }: LinkTrack,
    context: TransportContext,
    settings: LinkSettings,
  ): Promise<LinkEnd> {
    const receivers = new LaneReceivers()
    const options = handshakeOptions(settings, context.random)
    const link = await establishLink(
      role,
      poisoned(connection),
      boundaries,
      context,
      options,
      () => receivers,
    )
    return new LinkEnd(link, receivers)
  }

  private constructor(
    readonly link: Link,
    private readonly receivers: LaneReceivers,
  ) {
    this.#ended = link.closed.then(reason => {
      receivers.end(`the link was closed (${inWords(reason)})`)
      return endReason(reason)
    })
  }

  async send(script: Script, lane = MAIN_LANE): Promise<SendReport> {
    return this.#sender(lane).send(script)
  }

  async sent(lane = MAIN_LANE): Promise<SendReport> {
    return this.#sender(lane).report
  }

  /** A link reads by itself. */
  receive(): Promise<void> {
    return Promise.resolve()
  }

  expect(script: Script, lane = MAIN_LANE): Promise<void> {
    return this.receivers.of(lane).expect(script)
  }

  async received(lane = MAIN_LANE): Promise<Progress> {
    return this.receivers.of(lane).progress
  }

  /** Answers each message with itself, in the lane of the replies. */
  async echo(): Promise<void> {
    this.receivers.forward = message => {
      // What becomes of an answer is the asker's concern: it sees it missing.
      this.link.replies.send(NOTHING, message).catch(() => {})
    }
  }

  async pause(lane = MAIN_LANE): Promise<void> {
    this.receivers.of(lane).pause()
  }

  async resume(lane = MAIN_LANE): Promise<void> {
    this.receivers.of(lane).resume()
  }

  async reject(every: number, lane = MAIN_LANE): Promise<void> {
    this.receivers.of(lane).rejectEvery(every)
  }

  async outcomes(lane = MAIN_LANE): Promise<Outcomes> {
    return this.#sender(lane).outcomes
  }

  async settled(lane = MAIN_LANE): Promise<Outcomes> {
    const sender = this.#sender(lane)
    await sender.settled()
    return sender.outcomes
  }

  async traffic(): Promise<{ messages: number; bytes: number }> {
    return { ...this.link.traffic.received }
  }

  closed(): Promise<EndReason> {
    return this.#ended
  }

  close(): Promise<void> {
    return this.link.close()
  }

  async abort(): Promise<void> {
    this.link.abort()
  }

  async remote(): Promise<PeerIdentity> {
    return this.link.remote
  }

  #sender(lane: string): LaneSender {
    const known = this.#senders.get(lane)
    if (known !== undefined) return known
    const created = new LaneSender(this.#openLane(lane))
    this.#senders.set(lane, created)
    return created
  }

  #openLane(lane: string) {
    if (lane === 'control') return this.link.control
    if (lane === 'replies') return this.link.replies
    return this.link.openLane(Buffer.from(lane))
  }
}
