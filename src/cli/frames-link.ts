import { codecNames } from '../composition/config/config.js'
import { sharedSecret } from '../composition/shared-secret.js'
import { type Connection, isSignalboxError, SignalboxError } from '../core/contracts/index.js'
import {
  type Boundaries,
  establishLink,
  type HandshakeOptions,
  type LaneSink,
  type Link,
  type LinkHost,
  type Session,
} from '../core/link/index.js'
import type { CliContext } from './cli-context.js'

/** The label of the lane on which the command sends frames to itself in another process. */
export const FRAMES = 'frames'

/** One side of a link that carries frames. */
export interface FrameSide {
  readonly role: Session['role']
  readonly host: LinkHost
  /** Gives up the greeting when it fires. */
  readonly signal?: AbortSignal
}

/** Makes the links of one command. */
export type MakeLink = (connection: Connection, boundaries: Boundaries, side: FrameSide) => Promise<Link>

/**
 * What makes links: as a node of its own, which knows the user's secret.
 * @throws SignalboxError when the secret cannot be read; a link that cannot be made rejects like `shakeHands`
 */
export async function linkMaker(cli: CliContext): Promise<MakeLink> {
  const greeting = await greetingOf(cli)
  return async (connection, boundaries, { role, host, signal }) => {
    const options = signal === undefined ? greeting : { ...greeting, signal }
    try {
      return await establishLink(role, connection, boundaries, cli.context, options, () => host)
    } catch (error) {
      if (!isSignalboxError(error, 'TIMEOUT', 'CLOSED', 'PROTOCOL_VIOLATION')) throw error
      const hint = 'with a program that does not speak Signalbox, use --raw'
      throw new SignalboxError(error.code, `${error.message}; ${hint}`, { cause: error })
    }
  }
}

async function greetingOf({ config, context }: CliContext): Promise<HandshakeOptions> {
  const { window, lanes, maxFrame, maxMessage, heartbeat, handshakeTimeout } = config.link
  return {
    hello: {
      node: `cli-${process.pid}`,
      namespace: config.namespace,
      incarnation: context.random.bytes(16),
      codecs: codecNames, // frames are bytes: whichever the peer reads is fine
      window,
      lanes,
      maxFrame,
      maxMessage,
      heartbeat,
    },
    secret: await sharedSecret(config),
    timeout: handshakeTimeout,
  }
}

/** A host that takes frames, and nothing else. */
export function frameHost(frames: LaneSink): LinkHost {
  return {
    control: ignored, // a node tells what it knows; it does no harm here
    replies: ignored,
    laneOpened: label => (Buffer.from(label).toString('utf8') === FRAMES ? frames : refused),
  }
}

const ignored: LaneSink = { accept: () => {} }

const refused: LaneSink = {
  accept() {
    throw new SignalboxError('CONTRACT_UNHANDLED', 'this is the signalbox command, which takes only frames')
  },
}

/** The host of a side that only sends. */
export const sendingHost: LinkHost = { control: ignored, replies: ignored, laneOpened: () => refused }
