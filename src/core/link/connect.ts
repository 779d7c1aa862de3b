import type { Connection, TransportContext } from '../contracts/index.js'
import { type HandshakeOptions, type Session, shakeHands } from './handshake.js'
import { Link, type LinkHost } from './link.js'
import { MessageTrack } from './message-track.js'
import { StreamTrack } from './stream-track.js'
import type { Track } from './track.js'

/** What a track's mechanism does with the boundaries of frames. */
export type Boundaries = 'message' | 'stream'

/**
 * Makes a link of a fresh connection: the handshake, then everything else.
 * @param host is asked for once the peer is known and admitted
 * @throws SignalboxError like {@link shakeHands}; the connection is ended then.
 */
export function establishLink(
  role: Session['role'],
  connection: Connection,
  boundaries: Boundaries,
  context: Pick<TransportContext, 'clock' | 'random'>,
  options: HandshakeOptions,
  host: (session: Session) => LinkHost,
): Promise<Link> {
  const track: Track = boundaries === 'stream' ? new StreamTrack(connection) : new MessageTrack(connection)
  return shakeHands(
    role,
    track,
    context,
    options,
    established => new Link(established, track, context.clock, host(established.session)),
  )
}
