import type { TransportContext } from '../../core/contracts/context.js'
import type { Grant, HandshakeOptions } from '../../core/link/index.js'

const KIB = 1024
const MIB = 1024 * KIB

/** What one end of a link under test is like. Plain data: it may cross a process. */
export interface LinkSettings {
  /** @default 'conformance' */
  readonly namespace?: string
  /** What both ends have to know. @default 'a secret of the suite' */
  readonly secret?: string
  /** What each lane to this end may have on its way. @default 1024 messages, 1 MiB */
  readonly window?: Grant
  /** Bytes of the largest message that this end takes. @default 128 MiB */
  readonly maxMessage?: number
  /** Milliseconds within which this end is to be heard. @default 5000 */
  readonly heartbeat?: number
  /** Milliseconds until an end that does not finish the handshake is given up. @default 10,000 */
  readonly handshakeTimeout?: number
}

/** Intervals of the peer's heartbeat within which its silence has ended a link: three, and two of measuring. */
export const LIVENESS_BOUND = 5

/** What the link wants to know, of an end with these settings; each end is a node of its own. */
export function handshakeOptions(
  settings: LinkSettings,
  random: TransportContext['random'],
): HandshakeOptions {
  const incarnation = random.bytes(16)
  return {
    hello: {
      node: `node-${Buffer.from(incarnation).toString('hex').slice(0, 8)}`,
      namespace: settings.namespace ?? 'conformance',
      incarnation,
      codecs: ['raw'],
      window: settings.window ?? { messages: 1024, bytes: MIB },
      lanes: 64,
      maxFrame: 64 * KIB,
      maxMessage: settings.maxMessage ?? 128 * MIB,
      heartbeat: settings.heartbeat ?? 5000,
    },
    epoch: 1,
    secret: Buffer.from(settings.secret ?? 'a secret of the suite'),
    timeout: settings.handshakeTimeout ?? 10_000,
  }
}
