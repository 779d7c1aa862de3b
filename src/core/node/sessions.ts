import {
  type Codec,
  type Connection,
  isSignalboxError,
  SignalboxError,
  type TransportContext,
} from '../contracts/index.js'
import {
  dialLink,
  type EstablishOptions,
  establishLink,
  type Hello,
  joinLink,
  type Link,
  type LinkHost,
  type Session,
  SessionRegistry,
} from '../link/index.js'
import type { Candidate, TrackPlan } from '../routing/index.js'
import type { Dialled, Dialler } from './dialler.js'
import type { DirectoryEntry } from './directory-entry.js'
import { FurtherTracks, type JoinedTrack } from './further-tracks.js'
import { PeerSession, type SessionSurroundings } from './peer-session.js'
import { Resumption } from './resumption.js'
import type { VitalSigns } from './vital-signs.js'

/** What every link of a node is made with. */
export interface LinkSettings
  extends Pick<Hello, 'window' | 'lanes' | 'maxFrame' | 'maxMessage' | 'heartbeat'> {
  /** Milliseconds until a peer that does not finish its greeting is given up. */
  readonly handshakeTimeout: number
  /** Milliseconds that a session outlives its last track. */
  readonly resume: number
}

/** What {@link Sessions} are made of. */
export interface SessionsOptions {
  readonly self: string
  readonly namespace: string
  /** 16 random bytes of this life of the node. */
  readonly incarnation: Uint8Array
  readonly codecs: readonly Codec[]
  readonly link: LinkSettings
  readonly secret: Uint8Array
  /** What carries a link beside its first track. */
  readonly plan: TrackPlan
  readonly context: TransportContext
  readonly surroundings: SessionSurroundings
  readonly dialler: Dialler
  readonly signs: VitalSigns
  /** Ends all attempts: the node closes. */
  readonly signal: AbortSignal
  /** This node's own entry, which tells what is near. */
  here(): DirectoryEntry | undefined
  /** Why a peer that proved who it is is not wanted. */
  objection(theirs: Hello): SignalboxError | undefined
  /** A session begins; nothing was delivered yet. */
  began(session: PeerSession): void
}

/**
 * The sessions of a node: at most one with each peer. They are made of connections, either side's, and outlive them:
 * a session whose tracks are lost comes back over any way, as long as its peer lives.
 */
export class Sessions {
  readonly #registry: SessionRegistry
  /** What is done for the sessions that have no track. */
  readonly #resumptions = new Map<PeerSession, Resumption>()
  /** The other tracks of the sessions that were dialled here. */
  readonly #further = new Map<PeerSession, FurtherTracks>()
  readonly #byLink = new WeakMap<Link, PeerSession>()

  constructor(private readonly options: SessionsOptions) {
    const { self, incarnation } = options
    this.#registry = new SessionRegistry({ node: self, incarnation })
  }

  /** Makes a session of a connection that somebody made to us, or a track of one that there is. */
  async accept(connection: Connection, over: Omit<Candidate, 'unavailable'>): Promise<void> {
    const options = this.#establishOptions(over, theirs => this.options.objection(theirs))
    const { boundaries } = over.capabilities
    const host = (greeting: Session) => this.#host(greeting)
    await establishLink('listener', connection, boundaries, this.options.context, options, host)
  }

  /**
   * Makes sure of a session with a node.
   * @throws SignalboxError like {@link Dialler.dial}
   */
  dial(node: string): Promise<void> {
    const { dialler, here, context, objection, signal } = this.options
    return dialler.dial(node, here(), signal, async dialled => {
      const { over, connection } = dialled
      if (this.#registry.link(node)?.ended === false) return connection.abort() // theirs came meanwhile
      const admit = (theirs: Hello) =>
        theirs.node === node ? objection(theirs) : notItself(node, theirs, over)
      const options = this.#establishOptions(over, admit)
      const { boundaries } = over.capabilities
      const host = (greeting: Session) => this.#host(greeting)
      const link = await dialLink(node, connection, boundaries, context, options, host)
      const session = this.#byLink.get(link)
      if (session !== undefined && link.session.role === 'dialler')
        this.#openFurther(session, { id: FIRST_TRACK, connection }, dialled)
    })
  }

  /** Brings back none of them any more. */
  stop(): void {
    for (const resumption of this.#resumptions.values()) resumption.stop()
    for (const further of this.#further.values()) further.stop()
  }

  #establishOptions(
    { transport, address, capabilities }: Omit<Candidate, 'unavailable'>,
    admit: (theirs: Hello) => SignalboxError | undefined,
  ): EstablishOptions & { readonly sessions: SessionRegistry } {
    const { self, namespace, incarnation, codecs, link, secret, plan, signal } = this.options
    const { handshakeTimeout, resume, ...hello } = link
    return {
      hello: { node: self, namespace, incarnation, codecs: codecs.map(codec => codec.name), ...hello },
      secret,
      admit,
      timeout: handshakeTimeout,
      signal,
      sessions: this.#registry,
      way: { transport, address: address.href },
      // What does not leave the process cannot be cut: its end is the peer's.
      link: {
        resume: capabilities.reach === 'process' ? 0 : resume,
        chooseTrack: plan.choice(),
        observed: plan.observed,
      },
    }
  }

  #host(greeting: Session): LinkHost {
    const { surroundings, signs, began } = this.options
    const session = new PeerSession(surroundings, greeting)
    return {
      ...session.host,
      attached: link => {
        this.#byLink.set(link, session)
        session.host.attached?.(link)
        void signs.lives(session) // seen now, it is missed later
        void link.closed.then(() => {
          this.#resumptions.delete(session)
          this.#further.delete(session)
        })
        began(session)
      },
      stranded: () => this.#resume(session),
    }
  }

  #resume(session: PeerSession): void {
    const { context, signs } = this.options
    this.#further.get(session)?.stop()
    this.#resumptions.get(session)?.stop()
    const resumption = new Resumption(session, {
      context,
      lives: () => signs.lives(session),
      rejoin: signal => this.#rejoin(session, signal),
    })
    this.#resumptions.set(session, resumption)
  }

  async #rejoin(session: PeerSession, signal: AbortSignal): Promise<boolean> {
    const { dialler, here } = this.options
    let there = true
    await dialler.dial(session.node, here(), signal, async dialled => {
      try {
        const track = await this.#join(session, dialled.over, dialled.connection, signal)
        this.#openFurther(session, track, dialled)
      } catch (error) {
        if (!isOver(error)) throw error
        there = false
      }
    })
    return there
  }

  async #join(
    { link }: PeerSession,
    { transport, address, capabilities }: Candidate,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<JoinedTrack> {
    const { context } = this.options
    const way = { transport, address: address.href }
    const options = { timeout: this.options.link.handshakeTimeout, signal, way }
    return { id: await joinLink(link, connection, capabilities.boundaries, context, options), connection }
  }

  /** Opens what the plan wants beside the track that the session has now. */
  #openFurther(session: PeerSession, track: JoinedTrack, { over, ranked }: Dialled): void {
    const { plan, dialler, context } = this.options
    const further = over.capabilities.reach === 'process' ? [] : plan.further(ranked)
    if (further.length === 0) return // one track comes back as the session does
    const tracks = new FurtherTracks(session, {
      context,
      join: async (way, signal) => this.#join(session, way, await dialler.connect(way, signal), signal),
    })
    this.#further.set(session, tracks)
    tracks.keep(track, over, ranked[0] ?? over, further)
  }
}

/** The number of the track that a session begins with. */
const FIRST_TRACK = 1

/** Whether the peer says that it has no such session. */
function isOver(error: unknown): boolean {
  return isSignalboxError(error, 'HANDSHAKE_REFUSED') && isSignalboxError(error.cause, 'CLOSED')
}

function notItself(node: string, theirs: Hello, { address }: Candidate): SignalboxError {
  const why = `${address.href} belongs to ${theirs.node}, not to ${node}`
  return new SignalboxError('HANDSHAKE_REFUSED', why)
}
