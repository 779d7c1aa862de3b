import { type Observable, Subject } from 'rxjs'
import { type Address, type Codec, type Connection, reasonOf, SignalboxError } from '../contracts/index.js'
import type { Hello } from '../link/index.js'
import type { Candidate, Requirements, TrackPlan } from '../routing/index.js'
import type { ContractTable } from './contract-table.js'
import type { InterestChange } from './control-message.js'
import { Dialler, type DiallerOptions } from './dialler.js'
import type { Announcement } from './directory.js'
import { type LinkReport, LinkReports } from './link-reports.js'
import { Meeting } from './meeting.js'
import type { PeerSession } from './peer-session.js'
import { type PeerEvent, Presence } from './presence.js'
import { Reception } from './reception.js'
import type { Service } from './recipient.js'
import { RemoteNode } from './remote-node.js'
import { RemoteNodes } from './remote-nodes.js'
import { type LinkSettings, Sessions } from './sessions.js'
import { VitalSigns } from './vital-signs.js'
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
  readonly link: LinkSettings
  /** What carries a link beside its first track. */
  readonly plan: TrackPlan
  readonly secret: Uint8Array
  /** Milliseconds that a question waits unless it says otherwise. */
  readonly patience: number
  readonly contracts: ContractTable
  readonly services: ReadonlyMap<string, Service>
}

/** A change of what a peer wants to hear, and the session that told. */
export type PeerInterest = InterestChange & { readonly from: PeerSession }

/** The other nodes: who is there, what they want to hear, and how to send to them. */
export class Peers {
  /** Nodes coming and going. */
  readonly events$: Observable<PeerEvent>
  /** What peers want to hear, as it changes. */
  readonly interests$: Observable<PeerInterest>

  readonly #presence = new Presence()
  readonly #interestChanges = new Subject<PeerInterest>()
  readonly #reports = new LinkReports()
  readonly #nodes: RemoteNodes
  readonly #reception: Reception
  readonly #ways: Ways
  readonly #sessions: Sessions
  readonly #meeting: Meeting
  readonly #wanted: WantedTopics
  readonly #stop = new AbortController()
  readonly #incarnation: string
  #announcement: Announcement | undefined
  #closing: Promise<void> | undefined

  constructor(private readonly options: PeersOptions) {
    const { self, services, contracts, codecs, link, patience, directory, context } = options
    const { clock, log } = context
    const { signal } = this.#stop
    this.events$ = this.#presence.events$
    this.interests$ = this.#interestChanges.asObservable()
    this.#incarnation = hex(options.incarnation)
    this.#nodes = new RemoteNodes(
      name =>
        new RemoteNode(name, {
          clock,
          patience,
          maxMessage: link.maxMessage,
          dial: () => this.#sessions.dial(name),
        }),
    )
    this.#meeting = new Meeting({ self, directory, clock, log, node: name => this.node(name) })
    this.#wanted = new WantedTopics({
      changed: (topic, wanted) => {
        for (const { session } of this.#nodes.present()) session?.setInterest(topic, wanted)
      },
      anything: wanted => (wanted ? this.#meeting.start() : this.#meeting.stop()),
    })
    this.#ways = new Ways(options)
    this.#reception = new Reception({
      ...options,
      signal,
      arrived: (connection, over) => this.#arrived(connection, over),
    })
    this.#sessions = new Sessions({
      ...options,
      signal,
      dialler: new Dialler({ ...options, ways: this.#ways }),
      signs: new VitalSigns(directory, log),
      surroundings: {
        self,
        services,
        contracts,
        codecs: new Map(codecs.map(codec => [codec.name, codec])),
        interests: () => this.#wanted.topics(),
        patience,
        clock,
        log,
      },
      here: () => this.#announcement?.entry,
      objection: theirs => this.#objection(theirs),
      began: session => this.#began(session),
    })
  }

  /**
   * Listens, and tells the other nodes where.
   * @throws SignalboxError `NAME_TAKEN`, `ADDRESS_IN_USE`, `TRANSPORT_UNKNOWN`, `TRANSPORT_UNAVAILABLE`
   */
  async open(): Promise<void> {
    const { self, directory } = this.options
    try {
      await this.#reception.open()
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
    return this.#reception.addresses
  }

  /** The node of that name, whether or not there is a session with it yet. */
  node(name: string): RemoteNode {
    return this.#nodes.get(name)
  }

  /** The sessions to send on to each node that wants to hear `topic`. */
  *interestedIn(topic: string): Iterable<PeerSession> {
    for (const { session } of this.#nodes.present()) if (session?.interests.has(topic)) yield session
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
    this.#sessions.stop()
    await this.#announcement?.withdraw()
    await this.#reception.close()
    for (const node of this.#nodes.all()) node.close(closed)
    await Promise.all([...this.#nodes.present()].map(({ session }) => session?.link.close()))
    await this.options.directory.settled()
    this.#presence.close()
    this.#interestChanges.complete()
  }

  #arrived(connection: Connection, over: Omit<Candidate, 'unavailable'>): void {
    this.#sessions.accept(connection, over).catch((error: unknown) => {
      if (this.#stop.signal.aborted) return // nobody was refused: this node closes
      const { self, context } = this.options
      context.log.warn(`${self} refused a connection at ${over.address.href}`, { reason: reasonOf(error) })
    })
  }

  #objection({ node, incarnation }: Hello): SignalboxError | undefined {
    const twin = node === this.options.self && hex(incarnation) !== this.#incarnation
    return twin ? this.#reception.taken() : undefined
  }

  #began(session: PeerSession): void {
    const node = this.node(session.node)
    const { link } = session
    this.#reports.opened(session)
    session.interestChanges$.subscribe(change => this.#interestChanges.next({ ...change, from: session }))
    this.#nodes.came(node)
    node.add(session)
    // Another life proves that the earlier one is over (I1).
    const error = new SignalboxError('PEER_LOST', `${node.name} was restarted`)
    this.#presence.up(session.node, session.incarnation, { by: 'fault', error })
    void link.closed.then(reason => {
      this.#reports.ended(session)
      if (!node.remove(session)) return // another one took its place
      this.#nodes.went(node)
      this.#presence.down(session.node, session.incarnation, reason)
      this.#meeting.lost(node)
    })
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
