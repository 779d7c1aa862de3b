import { type Observable, Subject, type Subscription } from 'rxjs'
import {
  type Address,
  type CloseReason,
  type Codec,
  type Connection,
  type ConnectionTransport,
  type Listener,
  parseAddress,
  reasonOf,
  SignalboxError,
  type TransportContext,
} from '../contracts/index.js'
import { establishLink, type HandshakeOptions, type Link } from '../link/index.js'
import { type Candidate, type Need, type Selection, select } from '../routing/select.js'
import type { ContractTable } from './contract-table.js'
import type { Announcement, Directory } from './directory.js'
import type { DirectoryEntry } from './directory-entry.js'
import { didYouMean } from './nearest-name.js'
import { type InterestChange, PeerSession, type SessionSurroundings } from './peer-session.js'
import type { Service } from './recipient.js'
import { RemoteNode } from './remote-node.js'

/** Milliseconds until a node that was not reached is tried again: at first, and at most. */
const MEET_AGAIN = { first: 50, last: 5000 } as const

/** A node comes or goes, as seen by its sessions with this one. */
export interface PeerEvent {
  readonly type: 'up' | 'down'
  readonly node: string
  /** Which life of the node (I1), as hexadecimal text. */
  readonly incarnation: string
  /** Why it went. */
  readonly reason?: CloseReason
}

/** What one link carried, and over what. */
export interface LinkReport {
  readonly node: string
  readonly transport: string
  readonly address: string
  readonly sent: { readonly messages: number; readonly bytes: number }
  readonly received: { readonly messages: number; readonly bytes: number }
}

/** What {@link Peers} is made of. */
export interface PeersOptions {
  readonly self: string
  readonly namespace: string
  /** 16 random bytes of this life of the node. */
  readonly incarnation: Uint8Array
  readonly transports: readonly ConnectionTransport[]
  /** Names of transports to use first. */
  readonly prefer: readonly string[]
  /** Addresses to listen at, or names of transports that choose one themselves. */
  readonly listen: readonly string[]
  readonly allowRemote: boolean
  /** Addresses of nodes that no directory lists. */
  readonly nodes: Readonly<Record<string, string>>
  readonly directory: Directory
  readonly codecs: readonly Codec[]
  readonly link: Pick<
    HandshakeOptions['hello'],
    'window' | 'lanes' | 'maxFrame' | 'maxMessage' | 'heartbeat'
  > & {
    readonly handshakeTimeout: number
  }
  readonly secret: Uint8Array
  /** Milliseconds that a question waits unless it says otherwise. */
  readonly patience: number
  readonly contracts: ContractTable
  readonly services: ReadonlyMap<string, Service>
  readonly context: TransportContext
}

/** The other nodes: listens for them, dials them, and holds the sessions with them. */
export class Peers {
  /** Nodes coming and going. */
  readonly events$: Observable<PeerEvent>
  /** What peers want to hear, as it changes. */
  readonly interests$: Observable<InterestChange & { readonly from: PeerSession }>

  readonly #events = new Subject<PeerEvent>()
  readonly #interestChanges = new Subject<InterestChange & { readonly from: PeerSession }>()
  readonly #nodes = new Map<string, RemoteNode>()
  readonly #reports = new Map<PeerSession, { readonly transport: string; readonly address: string }>()
  /** What links that have ended carried. */
  readonly #ended: LinkReport[] = []
  readonly #listeners: Listener[] = []
  readonly #surroundings: SessionSurroundings
  readonly #stop = new AbortController()
  /** Topics that this node wants to hear, and how often. */
  readonly #wanted = new Map<string, number>()
  #watching: Subscription | undefined
  #announcement: Announcement | undefined
  #epoch = 0

  constructor(private readonly options: PeersOptions) {
    this.events$ = this.#events.asObservable()
    this.interests$ = this.#interestChanges.asObservable()
    const { self, services, contracts, codecs, patience, context } = options
    this.#surroundings = {
      self,
      services,
      contracts,
      codecs: new Map(codecs.map(codec => [codec.name, codec])),
      interests: () => this.#wanted.keys(),
      patience,
      clock: context.clock,
      log: context.log,
    }
  }

  /**
   * Listens, and tells the other nodes where.
   * @throws SignalboxError `NAME_TAKEN`, `ADDRESS_IN_USE`, `TRANSPORT_UNKNOWN`, `TRANSPORT_UNAVAILABLE`
   */
  async open(): Promise<void> {
    const { listen, self, incarnation, directory } = this.options
    try {
      for (const place of listen) await this.#listen(place)
      this.#announcement = await directory.announce({
        name: self,
        incarnation: hex(incarnation),
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
      node = new RemoteNode(name, () => this.#dial(name))
      this.#nodes.set(name, node)
    }
    return node
  }

  /** One session with each node that wants to hear `topic`. */
  *interestedIn(topic: string): Iterable<PeerSession> {
    for (const node of this.#nodes.values()) {
      for (const session of node.sessions) {
        if (session.link.ended || !session.interests.has(topic)) continue
        yield session
        break
      }
    }
  }

  /**
   * Tells all nodes, now and later, that this one wants to hear `topic`. While anything is wanted, this node
   * keeps a session with every node of the directory.
   * @returns takes the wish back
   */
  want(topic: string): () => void {
    const count = this.#wanted.get(topic) ?? 0
    this.#wanted.set(topic, count + 1)
    if (count === 0) for (const session of this.#all()) session.setInterest(topic, true)
    this.#watchDirectory()
    let wanted = true
    return () => {
      if (!wanted) return
      wanted = false
      const left = (this.#wanted.get(topic) ?? 1) - 1
      if (left > 0) {
        this.#wanted.set(topic, left)
        return
      }
      this.#wanted.delete(topic)
      for (const session of this.#all()) session.setInterest(topic, false)
      if (this.#wanted.size === 0) {
        this.#watching?.unsubscribe()
        this.#watching = undefined
      }
    }
  }

  /** What each link carries and has carried, since the start. */
  reports(): LinkReport[] {
    return [...this.#ended, ...[...this.#reports.keys()].map(session => this.#report(session))]
  }

  /** Says goodbye to all and frees all names. Closing twice is harmless. */
  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return
    this.#stop.abort(new SignalboxError('CLOSED', `${this.options.self} is closed`))
    this.#watching?.unsubscribe()
    await this.#announcement?.withdraw()
    await Promise.all(this.#listeners.map(listener => listener.close()))
    const closed = new SignalboxError('CLOSED', `${this.options.self} is closed`)
    for (const node of this.#nodes.values()) node.close(closed)
    await Promise.all([...this.#all()].map(session => session.link.close()))
    this.#events.complete()
    this.#interestChanges.complete()
  }

  *#all(): Iterable<PeerSession> {
    for (const node of this.#nodes.values())
      for (const session of node.sessions) if (!session.link.ended) yield session
  }

  async #listen(place: string): Promise<void> {
    const { self, namespace, context, allowRemote } = this.options
    const byName = this.options.transports.find(transport => transport.name === place)
    const address = byName === undefined ? parseAddress(place) : byName.nodeAddress(namespace, self)
    const transport = byName ?? this.#transport(address.scheme)
    const availability = await transport.availability()
    if (!availability.usable) {
      throw new SignalboxError(
        'TRANSPORT_UNAVAILABLE',
        `${transport.name} cannot be used here: ${availability.reason}`,
      )
    }
    const listener = await transport.listen(address, context, { allowRemote, signal: this.#stop.signal })
    this.#listeners.push(listener)
    listener.connections$.subscribe(connection => {
      this.#establish('listener', transport, listener.address, connection).catch((error: unknown) =>
        context.log.warn(`${self} refused a connection at ${listener.address.href}`, {
          reason: reasonOf(error),
        }),
      )
    })
  }

  #transport(name: string): ConnectionTransport {
    const found = this.options.transports.find(transport => transport.name === name)
    if (found !== undefined) return found
    const names = this.options.transports.map(transport => transport.name)
    throw new SignalboxError(
      'TRANSPORT_UNKNOWN',
      `no transport ${name} is installed here${didYouMean(name, names)}`,
    )
  }

  async #dial(name: string): Promise<void> {
    const { context, allowRemote } = this.options
    const selection = await this.#select(name)
    const failures: string[] = selection.rejected.map(({ address, because }) => `${address.href}: ${because}`)
    for (const { transport, address } of selection.ranked) {
      this.#stop.signal.throwIfAborted()
      try {
        const found = this.#transport(transport)
        const connection = await found.connect(address, context, { allowRemote, signal: this.#stop.signal })
        await this.#establish('dialler', found, address, connection, name)
        return
      } catch (error) {
        if (this.#stop.signal.aborted) throw this.#stop.signal.reason
        failures.push(`${address.href}: ${reasonOf(error)}`)
      }
    }
    throw new SignalboxError(
      'NO_LISTENER',
      `${name} cannot be reached (${failures.join('; ') || 'it listens nowhere'})`,
    )
  }

  /** All ways to a node, judged. @throws SignalboxError `NODE_UNKNOWN` */
  async #select(name: string): Promise<Selection> {
    const { directory, nodes, prefer } = this.options
    const here = this.#announcement?.entry
    const fixed = nodes[name]
    const entry = fixed === undefined ? await directory.find(name) : undefined
    if (fixed === undefined && entry === undefined) throw await this.#unknown(name)
    const locality: Need['locality'] =
      entry === undefined
        ? 'elsewhere'
        : entry.pid === here?.pid && entry.process === here.process
          ? 'same-process'
          : 'same-machine'
    const addresses = (fixed === undefined ? (entry?.addresses ?? []) : [fixed]).map(parseAddress)
    const candidates = await Promise.all(addresses.map(address => this.#candidate(address)))
    return select(
      { locality, prefer },
      candidates.filter(candidate => candidate !== undefined),
    )
  }

  async #candidate(address: Address): Promise<Candidate | undefined> {
    const transport = this.options.transports.find(({ name }) => name === address.scheme)
    if (transport === undefined) return undefined
    const availability = await transport.availability()
    return {
      transport: transport.name,
      address,
      capabilities: transport.describe(address),
      unavailable: availability.usable ? undefined : availability.reason,
    }
  }

  async #unknown(name: string): Promise<SignalboxError> {
    const { directory, namespace, nodes } = this.options
    const known = [...(await directory.entries()).map(entry => entry.name), ...Object.keys(nodes)]
    const list = known.length === 0 ? 'no node is running' : `running: ${known.join(', ')}`
    return new SignalboxError(
      'NODE_UNKNOWN',
      `there is no node ${name} in namespace ${namespace} (${list})${didYouMean(name, known)}`,
    )
  }

  async #establish(
    role: 'dialler' | 'listener',
    transport: ConnectionTransport,
    address: Address,
    connection: Connection,
    expected?: string,
  ): Promise<void> {
    const { self, namespace, incarnation, codecs, link, secret, context } = this.options
    const session = new PeerSession(this.#surroundings)
    const handshake: HandshakeOptions = {
      hello: { node: self, namespace, incarnation, codecs: codecs.map(codec => codec.name), ...link },
      epoch: ++this.#epoch,
      secret,
      admit: ({ node: theirs, incarnation: life }) => {
        if (expected !== undefined && theirs !== expected) {
          return new SignalboxError(
            'HANDSHAKE_REFUSED',
            `${address.href} belongs to ${theirs}, not to ${expected}`,
          )
        }
        if (theirs === self && hex(life) !== hex(incarnation)) {
          return new SignalboxError(
            'NAME_TAKEN',
            `there is another node called ${self} in namespace ${namespace}`,
          )
        }
        return undefined
      },
      timeout: link.handshakeTimeout,
      signal: this.#stop.signal,
    }
    const { boundaries } = transport.describe(address)
    await establishLink(role, connection, boundaries, context, handshake, () => ({
      ...session.host,
      attached: made => {
        session.host.attached?.(made)
        this.#attached(session, made, transport.name, address)
      },
    }))
  }

  #attached(session: PeerSession, link: Link, transport: string, address: Address): void {
    const node = this.node(session.node)
    // A later life of the node proves that the earlier one is over (I1).
    for (const older of node.sessions) {
      if (older.incarnation !== session.incarnation)
        older.link.abort(new SignalboxError('PEER_LOST', `${session.node} was restarted`))
    }
    const first = node.session === undefined
    this.#reports.set(session, { transport, address: address.href })
    session.interestChanges$.subscribe(change => this.#interestChanges.next({ ...change, from: session }))
    if (first) this.#events.next({ type: 'up', node: session.node, incarnation: session.incarnation })
    node.add(session)
    void link.closed.then(reason => {
      this.#ended.push(this.#report(session))
      this.#reports.delete(session)
      node.remove(session)
      if (node.session === undefined) {
        this.#events.next({ type: 'down', node: session.node, incarnation: session.incarnation, reason })
        if (this.#watching !== undefined && !this.#stop.signal.aborted) this.#meetOne(node, MEET_AGAIN.first)
      }
    })
  }

  #report(session: PeerSession): LinkReport {
    const { transport = '', address = '' } = this.#reports.get(session) ?? {}
    const { sent, received } = session.link.traffic
    return { node: session.node, transport, address, sent: { ...sent }, received: { ...received } }
  }

  #watchDirectory(): void {
    this.#watching ??= this.options.directory.changes$.subscribe(entries => this.#meet(entries))
  }

  #meet(entries: readonly DirectoryEntry[]): void {
    for (const { name } of entries) {
      if (name === this.options.self) continue
      const node = this.node(name)
      if (node.session === undefined) this.#meetOne(node, MEET_AGAIN.first)
    }
  }

  /** A node that is there but cannot be reached now is tried again, less and less often, while anything is wanted. */
  #meetOne(node: RemoteNode, pause: number): void {
    const { context, directory } = this.options
    node.connect().catch(async (error: unknown) => {
      context.log.debug(`${node.name} was not met`, { reason: reasonOf(error) })
      if (this.#watching === undefined || (await directory.find(node.name)) === undefined) return
      context.clock.after(pause, () => {
        if (this.#watching !== undefined && node.session === undefined)
          this.#meetOne(node, Math.min(2 * pause, MEET_AGAIN.last))
      })
    })
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
