import type { Clock, Connection } from '../../../src/core/contracts/index.js'
import {
  establishLink,
  type HandshakeOptions,
  type LaneSink,
  type Link,
  type LinkHost,
} from '../../../src/core/link/index.js'
import {
  type ConnectionPairOptions,
  connectionPair,
  type PairedConnection,
} from '../../../src/testing/connection-pair.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'

/** What a side of a pair is made of, where a test wants it otherwise. */
export interface Side {
  readonly epoch?: number
  readonly hello?: Partial<HandshakeOptions['hello']>
  readonly secret?: Uint8Array
  readonly admit?: HandshakeOptions['admit']
  readonly host?: Partial<LinkHost>
}

/** Two links that speak with each other. */
export interface LinkPair {
  readonly left: Link
  readonly right: Link
  readonly connections: readonly [PairedConnection, PairedConnection]
  readonly clock: VirtualClock
}

const ignore: LaneSink = { accept: () => {} }

/** Handshake options of a node called `node`. */
export function optionsOf(node: string, side: Side = {}): HandshakeOptions {
  return {
    hello: {
      node,
      namespace: 'test',
      incarnation: new SeededRandom(node.length + node.charCodeAt(0)).bytes(16),
      codecs: ['msgpack'],
      window: { messages: 16, bytes: 4096 },
      lanes: 8,
      maxFrame: 1024,
      maxMessage: 1_000_000,
      heartbeat: 1000,
      ...side.hello,
    },
    epoch: side.epoch ?? 1,
    secret: side.secret ?? new Uint8Array(),
    ...(side.admit === undefined ? {} : { admit: side.admit }),
  }
}

/** A host that ignores everything but what `side` handles. */
export function hostOf(side: Side = {}): LinkHost {
  return { control: ignore, replies: ignore, laneOpened: () => ignore, ...side.host }
}

/** Makes one end of a link. */
export function linkEnd(
  role: 'dialler' | 'listener',
  connection: Connection,
  clock: Clock,
  side: Side,
  boundaries: 'message' | 'stream',
): Promise<Link> {
  const context = { clock, random: new SeededRandom(role === 'dialler' ? 1 : 2) }
  const options = optionsOf(role === 'dialler' ? 'left' : 'right', side)
  return establishLink(role, connection, boundaries, context, options, () => hostOf(side))
}

/** Connects two links over a pair of connections: a stream where `pieces` are given. */
export async function linkPair(
  left: Side = {},
  right: Side = {},
  track: ConnectionPairOptions = {},
): Promise<LinkPair> {
  const clock = new VirtualClock()
  const connections = connectionPair(track)
  const boundaries = track.pieces === undefined ? 'message' : 'stream'
  const [a, b] = await Promise.all([
    linkEnd('dialler', connections[0], clock, left, boundaries),
    linkEnd('listener', connections[1], clock, right, boundaries),
  ])
  return { left: a, right: b, connections, clock }
}

/** Lets everything that was started run until nothing moves. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const bytes = (text: string): Uint8Array => encoder.encode(text)
export const text = (data: Uint8Array): string => decoder.decode(data)
export const NOTHING = new Uint8Array()
