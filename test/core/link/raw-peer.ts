import type { CloseReason } from '../../../src/core/contracts/index.js'
import { shakeHands } from '../../../src/core/link/handshake.js'
import type { ByteReader, Link } from '../../../src/core/link/index.js'
import { MessageTrack } from '../../../src/core/link/message-track.js'
import {
  type ConnectionPairOptions,
  connectionPair,
  type PairedConnection,
} from '../../../src/testing/connection-pair.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { linkEnd, optionsOf, type Side, settle } from './link-pair.js'

/** A peer that finished the handshake and then speaks by hand: it may say what it likes. */
export interface RawPeer {
  /** The link that has to bear it. */
  readonly link: Link
  readonly connection: PairedConnection
  /** The link's own end of it. */
  readonly itsConnection: PairedConnection
  readonly clock: VirtualClock
  /** Every frame that the link sent since the handshake. */
  readonly heard: readonly Uint8Array[]
  /** Sends frames and lets the link work on them. */
  say(...frames: readonly Uint8Array[]): Promise<void>
  /** How the link ended; fails where it goes on. */
  ending(): Promise<CloseReason>
}

/** A link, as `side` wants it, whose peer is not one of ours. */
export async function rawPeer(
  side: Side = {},
  hello: Side = {},
  track: ConnectionPairOptions = {},
): Promise<RawPeer> {
  const clock = new VirtualClock()
  const [mine, its] = connectionPair(track)
  const heard: Uint8Array[] = []
  const context = { clock, random: new SeededRandom(9) }
  const [link] = await Promise.all([
    linkEnd('listener', its, clock, side, 'message'),
    shakeHands('dialler', new MessageTrack(mine), context, optionsOf('left', hello), established =>
      established.handOver((frame: ByteReader) => heard.push(frame.rest().slice())),
    ),
  ])
  return {
    link,
    connection: mine,
    itsConnection: its,
    clock,
    heard,
    async say(...frames) {
      for (const frame of frames) its.deliver(frame)
      await settle()
    },
    async ending() {
      await settle()
      if (!link.ended) throw new Error('the link goes on')
      return link.closed
    },
  }
}
