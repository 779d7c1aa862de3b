import { type Observable, Subject } from 'rxjs'
import {
  type Address,
  type CloseReason,
  type Codec,
  type Connection,
  type ConnectionTransport,
  isSignalboxError,
  type Listener,
  parseAddress,
  reasonOf,
  SignalboxError,
} from '../contracts/index.js'
import { establishLink, type HandshakeOptions, type Hello, type Link } from '../link/index.js'
import type { Requirements } from '../routing/index.js'
import type { ContractTable } from './contract-table.js'
import type { InterestChange } from './control-message.js'
import { Dialler, type DiallerOptions } from './dialler.js'
import type { Announcement } from './directory.js'
import { type LinkReport, LinkReports } from './link-reports.js'
import { Meeting } from './meeting.js'
import { didYouMean } from './nearest-name.js'
import { PeerSession, type SessionSurroundings } from './peer-session.js'
import { type PeerEvent, Presence } from './presence.js'
import type { Service } from './recipient.js'
import { RemoteNode } from './remote-node.js'
import { WantedTopics } from './wanted-topics.js'
import { type Explanation, Ways, type WaysOptions } from './ways.js'

/** What {@link Peers} is made of. */
export interface PeersOptions extends Omit<DiallerOptions, 'ways'>, WaysOptions {
  readonly self: string
  /** 16 random bytes of this life of the node. */
  readonly incarnation: Uint8Array
  /** Addresses to listen at, or names of transports that choose one themselves. */
  readonly listen: readonly string[]
  readonly codecs: readonly Codec[]
  readonly link: Pick<Hello, 'window' | 'lanes' | 'maxFrame' | 'maxMessage' | 'heartbeat'> & {
    readonly handshakeTimeout: number
  }
  readonly secret: Uint8Array
  /** Milliseconds that a question waits unless it says otherwise. */
  readonly patience: number
  readonly contracts: ContractTable
  readonly services: ReadonlyMap<string, Service>
}

/** A change of what a peer wants to hear, and the session that told. */
export type PeerInterest = InterestChange & { readonly from: PeerSession }

/** A connection on its way to become a session. */
interface Arrival {
  readonly role: 'dialler' | 'listener'
  readonly transport: ConnectionTransport
  /** Where the listening side listens. */
  readonly address: Address
  readonly connection: Connection
}

/** The other nodes: listens for them, dials them, and holds the sessions with them. */
export class Peers {
  /** Nodes coming and going. */
  readonly events$: Observable<PeerEvent>
  /** What peers want to hear, as it changes. */
  readonly interests$: Observable<PeerInterest>

  readonly #presence = new Presence()
  readonly #interestChanges = new Subject<PeerInterest>()
  readonly #nodes = new Map<string, RemoteNode>()
  readonly #reports = new LinkReports()
  readonly #listeners: Listener[] = []
  readonly #surroundings: SessionSurroundings
  readonly #ways: Ways
  readonly #dialler: Dialler
  readonly #meeting: Meeting
  readonly #wanted: WantedTopics
  readonly #stop = new AbortController()
  readonly #incarnation: string
  #announcement: Announcement | undefined
  #epoch = 0
  #closing: Promise<void> | undefined

  constructor(private readonly options: PeersOptions) {
    const { self, services, contracts, codecs, patience, directory, context } = options
    const { clock, log } = context
    this.events$ = this.#presence.events$
    this.interests$ = this.#interestChanges.asObservable()
    this.#incarnation = hex(options.incarnation)
    this.#ways = new Ways(options)
    this.#dialler = new Dialler({ ...options, ways: this.#ways })
    this.#meeting = new Meeting({ self, directory, clock, log, node: name => this.node(name) })
    this.#wanted = new WantedTopics({
      changed: (topic, wanted) => {
        for (const session of this.#living()) session.setInterest(topic, wanted)
      },
      anything: wanted => (wanted ? this.#meeting.start() : this.#meeting.stop()),
    })
    this.#surroundings = {
      self,
      services,
      contracts,
      codecs: new Map(codecs.map(codec => [codec.name, codec])),
      interests: () => this.#wanted.topics(),
      patience,
      clock,
      log,
    }
  }

  /**
   * Listens, and tells the other nodes where.
   * @throws SignalboxError `NAME_TAKEN`, `ADDRESS_IN_USE`, `TRANSPORT_UNKNOWN`, `TRANSPORT_UNAVAILABLE`
   */
  async open(): Promise<void> {
    const { listen, self, directory } = this.options
    try {
      for (const place of listen) await this.#listen(place)
      this.#announcement = await directory.announce({
        name: self,
        incarnation: this.#incarnation,
        addresses: this.addresses.map(address => address.href),
      })
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Where this node listens. */
  get addresses(): Address[] {
    return this.#listeners.map(listener => listener.address)
  }

  /** The node of that name, whether or not there is a session with it yet. */
  node(name: string): RemoteNode {
    let node = this.#nodes.get(name)
    if (node === undefined) {
      const { patience, context } = this.options
      node = new RemoteNode(name, { clock: context.clock, patience, dial: () => this.#dial(name) })
      this.#nodes.set(name, node)
    }
    return node
  }

  /** The sessions to send on to each node that wants to hear `topic`. */
  *interestedIn(topic: string): Iterable<PeerSession> {
    for (const node of this.#nodes.values()) {
      const { session } = node
      if (session !== undefined && node.wants(topic)) yield session
    }
  }

  /**
   * Tells all nodes, now and later, that this one wants to hear `topic`. While anything is wanted, this node
   * keeps a session with every node of the directory.
   * @returns takes the wish back
   */
  want(topic: string): () => void {
    return this.#stop.signal.aborted ? () => {} : this.#wanted.want(topic)
  }

  /** All ways to a node, judged as they would be for a link. @throws SignalboxError `NODE_UNKNOWN` */
  explain(name: string, requirements: Requirements): Promise<Explanation> {
    return this.#ways.to(name, this.#announcement?.entry, requirements)
  }

  /** What each link carries and has carried, since the start. */
  reports(): LinkReport[] {
    return this.#reports.all()
  }

  /** Says goodbye to all and frees all names. Closing twice is harmless. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const closed = new SignalboxError('CLOSED', `node ${this.options.self} is closed`)
    this.#stop.abort(closed)
    this.#meeting.stop()
    await this.#announcement?.withdraw()
    await Promise.all(this.#listeners.map(listener => listener.close()))
    for (const node of this.#nodes.values()) node.close(closed)
    await Promise.all([...this.#living()].map(session => session.link.close()))
    this.#presence.close()
    this.#interestChanges.complete()
  }

  *#living(): Iterable<PeerSession> {
    for (const node of this.#nodes.values())
      for (const session of node.sessions) if (!session.link.ended) yield session
  }

  async #listen(place: string): Promise<void> {
    const { self, namespace, context, allowRemote, transports } = this.options
    const byName = transports.find(transport => transport.name === place)
    const address = byName === undefined ? parseAddress(place) : byName.nodeAddress(namespace, self)
    const transport = byName ?? this.#transport(address.scheme)
    const availability = await transport.availability()
    if (!availability.usable) {
      const why = `${transport.name} cannot be used here: ${availability.reason}`
      throw new SignalboxError('TRANSPORT_UNAVAILABLE', why)
    }
    const listening = transport.listen(address, context, { allowRemote, signal: this.#stop.signal })
    const listener = await listening.catch((error: unknown) => {
      // The address was made of the node's name: who has it has the name.
      throw byName !== undefined && isSignalboxError(error, 'ADDRESS_IN_USE') ? this.#taken(error) : error
    })
    this.#listeners.push(listener)
    listener.connections$.subscribe(connection => {
      this.#establish({ role: 'listener', transport, address: listener.address, connection }).catch(
        (error: unknown) => {
          if (this.#stop.signal.aborted) return // nobody was refused: this node closes
          const reason = reasonOf(error)
          context.log.warn(`${self} refused a connection at ${listener.address.href}`, { reason })
        },
      )
    })
  }

  #transport(name: string): ConnectionTransport {
    const { transports } = this.options
    const found = transports.find(transport => transport.name === name)
    if (found !== undefined) return found
    const names = transports.map(transport => transport.name)
    const why = `no transport ${name} is installed here${didYouMean(name, names)}`
    throw new SignalboxError('TRANSPORT_UNKNOWN', why)
  }

  #taken(cause?: SignalboxError): SignalboxError {
    const { self, namespace } = this.options
    const because = cause === undefined ? '' : ` (${cause.message})`
    return new SignalboxError(
      'NAME_TAKEN',
      `there is another node called ${self} in namespace ${namespace}${because}; stop it, or choose another name`,
      { cause },
    )
  }

  #dial(name: string): Promise<void> {
    return this.#dialler.dial(name, this.#announcement?.entry, this.#stop.signal, dialled =>
      this.#establish({ role: 'dialler', ...dialled }, name),
    )
  }

  /** @param expected the node that was dialled */
  async #establish(arrival: Arrival, expected?: string): Promise<void> {
    const { self, namespace, incarnation, codecs, link, secret, context } = this.options
    const { role, transport, address, connection } = arrival
    const handshake: HandshakeOptions = {
      hello: { node: self, namespace, incarnation, codecs: codecs.map(codec => codec.name), ...link },
      epoch: ++this.#epoch,
      secret,
      admit: theirs => this.#objection(theirs, address, expected),
      timeout: link.handshakeTimeout,
      signal: this.#stop.signal,
    }
    const { boundaries } = transport.describe(address)
    await establishLink(role, connection, boundaries, context, handshake, greeting => {
      const session = new PeerSession(this.#surroundings, greeting)
      return {
        ...session.host,
        attached: made => {
          session.host.attached?.(made)
          this.#attached(session, made, arrival)
        },
      }
    })
  }

  /** Why a peer that proved who it is is not wanted. */
  #objection(theirs: Hello, address: Address, expected: string | undefined): SignalboxError | undefined {
    if (expected !== undefined && theirs.node !== expected) {
      const why = `${address.href} belongs to ${theirs.node}, not to ${expected}`
      return new SignalboxError('HANDSHAKE_REFUSED', why)
    }
    const twin = theirs.node === this.options.self && hex(theirs.incarnation) !== this.#incarnation
    return twin ? this.#taken() : undefined
  }

  #attached(session: PeerSession, link: Link, { transport, address }: Arrival): void {
    const node = this.node(session.node)
    const over = this.#fence(node, session)
    this.#reports.opened(session, { transport: transport.name, address: address.href })
    session.interestChanges$.subscribe(change => this.#interestChanges.next({ ...change, from: session }))
    node.add(session)
    this.#presence.up(session.node, session.incarnation, over)
    void link.closed.then(reason => {
      this.#reports.ended(session)
      node.remove(session)
      if (node.session !== undefined) return
      this.#presence.down(session.node, session.incarnation, reason)
      this.#meeting.lost(node)
    })
  }

  /** A later life of a node proves that the earlier one is over (I1). */
  #fence(node: RemoteNode, { incarnation }: PeerSession): CloseReason {
    const error = new SignalboxError('PEER_LOST', `${node.name} was restarted`)
    for (const older of node.sessions) if (older.incarnation !== incarnation) older.link.abort(error)
    return { by: 'fault', error }
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
