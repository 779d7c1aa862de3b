import type {
  Address,
  AnyTransport,
  ConnectionTransport,
  TransportContext,
} from '../../core/contracts/index.js'
import type { ChooseTrack, EstablishOptions } from '../../core/link/index.js'
import { completed } from '../../core/tracks/index.js'

/** What both ends of a session have in common. Plain data: it may cross a process. */
export interface SessionSettings {
  /** Milliseconds that the session outlives its last track. @default 30,000 */
  readonly resume?: number
  /** Milliseconds within which an end is to be heard. @default 1000 */
  readonly heartbeat?: number
}

/** A mechanism that carries a track of a session, and where. */
export interface Way {
  readonly transport: AnyTransport
  readonly address: Address
}

/** A way as tracks are made of it. */
export interface CompletedWay {
  readonly transport: ConnectionTransport
  readonly address: Address
}

export function completedWay({ transport, address }: Way): CompletedWay {
  return { transport: completed(transport), address }
}

const KIB = 1024

/** Each message on another track than the one before it. */
function inTurn(): ChooseTrack {
  let turn = 0
  return (_bytes, tracks) => tracks[turn++ % tracks.length]
}

/** What the link wants to know. */
export function establishOptions(
  node: string,
  { resume = 30_000, heartbeat = 1000 }: SessionSettings,
  { random }: Pick<TransportContext, 'random'>,
): EstablishOptions {
  return {
    hello: {
      node,
      namespace: 'sessions',
      incarnation: random.bytes(16),
      codecs: ['raw'],
      window: { messages: 4096, bytes: 1024 * KIB },
      lanes: 16,
      maxFrame: 64 * KIB,
      maxMessage: 1024 * KIB,
      heartbeat,
    },
    secret: new Uint8Array(),
    link: { resume, chooseTrack: inTurn() },
  }
}
