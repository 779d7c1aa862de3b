import { codecNames } from '../composition/config/config.js'
import { sharedSecret } from '../composition/shared-secret.js'
import { SignalboxError } from '../core/contracts/index.js'
import type { HandshakeOptions, LaneSink, LinkHost } from '../core/link/index.js'
import type { CliContext } from './cli-context.js'

/** The label of the lane on which the command sends frames to itself in another process. */
export const FRAMES = 'frames'

/** How the command greets: as a node of its own, which knows the user's secret. */
export async function frameGreeting({ config, context }: CliContext): Promise<HandshakeOptions> {
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
