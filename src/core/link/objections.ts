import { SignalboxError } from '../contracts/index.js'
import { CONTROL_FRAME } from './frames.js'
import type { Hello } from './hello.js'

// Why two nodes do not speak with each other: what, why, and what to do about it.

/** What speaks against this peer, judged by what it says of itself. */
export function objectionTo(mine: Hello, theirs: Hello): SignalboxError | undefined {
  if (mine.namespace !== theirs.namespace) {
    const why = `${mine.node} is in namespace ${mine.namespace}, ${theirs.node} in ${theirs.namespace}; give both the same namespace`
    return new SignalboxError('HANDSHAKE_REFUSED', why)
  }
  // Also what somebody in between would make us believe who sends our own words back to us.
  if (mine.incarnation.every((byte, at) => byte === theirs.incarnation[at])) {
    const why = `${mine.node} dialled itself; use another node's address`
    return new SignalboxError('HANDSHAKE_REFUSED', why)
  }
  return undefined
}

export function noCommonCodec(mine: Hello, theirs: Hello): SignalboxError {
  return new SignalboxError(
    'HANDSHAKE_REFUSED',
    `no common codec: ${mine.node} reads ${mine.codecs.join(', ')}, ${theirs.node} reads ${theirs.codecs.join(', ')}`,
  )
}

export function wrongSecret(): SignalboxError {
  return new SignalboxError(
    'AUTHENTICATION_FAILED',
    'the peer does not know this user’s secret; nodes of one user on one machine share it through the runtime folder',
  )
}

export function frameTooSmall(maxFrame: number): SignalboxError {
  return new SignalboxError(
    'FRAME_TOO_LARGE',
    `a link needs a track with frames of ${CONTROL_FRAME} B, this one has ${maxFrame} B; choose another transport`,
  )
}

export function abortedHandshake(signal: AbortSignal): SignalboxError {
  return new SignalboxError('ABORTED', 'the handshake was aborted', { cause: signal.reason })
}
