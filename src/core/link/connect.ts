import { type Connection, isSignalboxError, type TransportContext } from '../contracts/index.js'
import type { ExchangeOptions } from './exchange.js'
import {
  type Established,
  type HandshakeOptions,
  receiveTrack,
  type Session,
  shakeHands,
} from './handshake.js'
import type { Hello } from './hello.js'
import { joinSession } from './join.js'
import { Link, type LinkHost } from './link.js'
import type { LinkOptions } from './link-options.js'
import { MessageTrack } from './message-track.js'
import type { SessionRegistry } from './session-registry.js'
import { StreamTrack } from './stream-track.js'
import type { Track } from './track.js'
import type { Way } from './way.js'

/** What a track's mechanism does with the boundaries of frames. */
export type Boundaries = 'message' | 'stream'

/** What a link is made with. */
export interface EstablishOptions extends HandshakeOptions {
  readonly link?: LinkOptions
  /** The sessions of this node: new ones are entered there, and a listening side lets tracks join them. */
  readonly sessions?: SessionRegistry
  /** What the connection is made over. */
  readonly way?: Way
}

/** How a track joins a link. */
export interface JoinOptions extends ExchangeOptions {
  /** What the connection is made over. */
  readonly way?: Way
}

/**
 * Makes a link of a fresh connection: the handshake, then everything else. Where `sessions` are given, a connection
 * that a listening side takes may also be a further track of a session that there is; then that link is returned.
 * @param host is asked for once the peer is known and admitted
 * @throws SignalboxError like {@link shakeHands}; the connection is ended then.
 */
export function establishLink(
  role: Session['role'],
  connection: Connection,
  boundaries: Boundaries,
  context: Pick<TransportContext, 'clock' | 'random'>,
  options: EstablishOptions,
  host: (session: Session) => LinkHost,
): Promise<Link> {
  const track = trackOf(connection, boundaries, options.way)
  const { sessions } = options
  const admitted: HandshakeOptions =
    role === 'dialler' || sessions === undefined
      ? options
      : { ...options, admit: theirs => options.admit?.(theirs) ?? sessions.admit(theirs) }
  const begin = (established: Established): Link => {
    sessions?.assertLatest(established.session)
    const link = new Link(established, track, context.clock, host(established.session), options.link)
    sessions?.add(link)
    return link
  }
  if (role === 'dialler' || sessions === undefined) return shakeHands(role, track, context, options, begin)
  return receiveTrack(
    track,
    context,
    admitted,
    begin,
    token => sessions.find(token),
    link => link,
  )
}

/**
 * Dials a node: {@link establishLink}, except that there is one session with it in the end, whoever began it (I9).
 * Where the peer dialled at the same time and its session is the one that counts, that link is returned.
 * @param node the name of the node behind `connection`
 */
export async function dialLink(
  node: string,
  connection: Connection,
  boundaries: Boundaries,
  context: Pick<TransportContext, 'clock' | 'random'>,
  options: EstablishOptions & { readonly sessions: SessionRegistry },
  host: (session: Session) => LinkHost,
): Promise<Link> {
  const { sessions, timeout = 5000 } = options
  const dial = sessions.dial(node)
  const admit = (theirs: Hello) => options.admit?.(theirs) ?? dial.admit(theirs)
  const numbered = { ...options, epoch: dial.epoch, admit }
  try {
    return await establishLink('dialler', connection, boundaries, context, numbered, host)
  } catch (error) {
    if (!isSuperseded(error)) throw error
    dial.over()
    return await sessions.expect(node, context.clock, timeout)
  } finally {
    dial.over()
  }
}

/**
 * Adds a fresh connection as a further track to a link of which this is the dialling side.
 * @returns the number of the track
 * @throws SignalboxError like {@link shakeHands}; `CLOSED` (as the cause of what the peer said, too) when the
 * session is over. The connection is ended then.
 */
export async function joinLink(
  link: Link,
  connection: Connection,
  boundaries: Boundaries,
  context: Pick<TransportContext, 'clock' | 'random'>,
  options: JoinOptions = {},
): Promise<number> {
  const id = link.issueTrack()
  await joinSession(link, id, trackOf(connection, boundaries, options.way), context, options)
  return id
}

/** Whether we, or the peer, said so. */
function isSuperseded(error: unknown): boolean {
  return isSignalboxError(error, 'SUPERSEDED') || isSignalboxError((error as Error).cause, 'SUPERSEDED')
}

function trackOf(connection: Connection, boundaries: Boundaries, way: Way | undefined): Track {
  return boundaries === 'stream' ? new StreamTrack(connection, way) : new MessageTrack(connection, way)
}
