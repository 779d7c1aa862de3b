import { setImmediate } from 'node:timers/promises'
import { type Address, parseAddress } from '../../core/contracts/address.js'
import type { Capabilities } from '../../core/contracts/capabilities.js'
import type { Connection } from '../../core/contracts/connection.js'
import type { Timer, TransportContext } from '../../core/contracts/context.js'
import type { ConnectionTransport, TransportOptions } from '../../core/contracts/transport.js'
import { AcceptQueue } from './accept-queue.js'
import type { ConformanceTarget } from './conformance-target.js'
import type { End, LinkedEnd } from './end.js'
import { inThreads } from './in-threads.js'
import { LinkEnd, type LinkTrack } from './link-end.js'
import type { LinkSettings } from './link-settings.js'
import type { Driven, Over } from './over.js'
import type { Peer } from './peer.js'
import { PeerHost } from './peer-host.js'
import type { Peers } from './peers.js'
import { RemoteEnd } from './remote-end.js'
import type { Script } from './script.js'
import type { StartedPeer } from './started-peer.js'
import { TrackEnd } from './track-end.js'

/** What a case runs in. */
export interface CaseSetting {
  readonly target: ConformanceTarget
  readonly driven: Driven
  /** What the case drives, and what that claims of itself. */
  readonly over: Over
  readonly capabilities: Capabilities
  /** What the transport gets from its surroundings. */
  readonly pluginContext: TransportContext
  readonly peers: Peers
  readonly seed: number
  readonly frames: number
  readonly cycles: number
  /** How many small messages go through a link. */
  readonly messages: number
  /** Bytes of the largest message that goes through a link. */
  readonly largest: number
  /** Milliseconds within which the transport has to show what it promises to show. */
  readonly patience: number
  /** Told what a case measured, beside how it came out. */
  report(measured: string): void
}

/** Which side of a pair connects, and who is on the other side. */
export interface PairOptions {
  /** @default 'there' */
  readonly connector?: 'here' | 'there'
  /** @default the peer that the cases share */
  readonly peer?: Peer
}

/** What a pair of links is like, beside who is on the other side. */
export interface LinkPairOptions extends PairOptions {
  /** Settings of both ends. */
  readonly both?: LinkSettings
  /** Settings of one end, over those of both. */
  readonly here?: LinkSettings
  readonly there?: LinkSettings
}

/** Opens what one case needs, and closes it afterwards. */
export class CaseContext implements AsyncDisposable {
  /** Rejects when a peer of this case ends although nobody told it to. */
  readonly failure: Promise<never>
  readonly #queues: AcceptQueue[] = []
  readonly #ends = new Set<TrackEnd | LinkEnd>()
  readonly #ownPeers: StartedPeer[] = []
  readonly #timers: Timer[] = []
  #scripts = 0
  #sharedPeer: Peer | undefined
  #fail: (error: Error) => void = () => {}

  constructor(readonly setting: CaseSetting) {
    this.failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failure.catch(() => {}) // the suite races it with the case, which may have ended before
  }

  get transport(): ConnectionTransport {
    return this.setting.driven[this.setting.over]
  }

  get capabilities(): Capabilities {
    return this.setting.capabilities
  }

  /** A place where nobody listened before. */
  address(): Address {
    return this.setting.target.address()
  }

  /** `size` bytes, or as many as one frame takes. */
  atMost(size: number): number {
    return Math.min(size, this.capabilities.maxFrame)
  }

  /** A script with contents of its own. */
  script(shape: Omit<Script, 'seed'>): Script {
    this.#scripts += 1
    return { ...shape, seed: this.setting.seed + this.#scripts }
  }

  /** The other side: a process or a thread that the cases share, or this one where the transport reaches no further. */
  async peer(): Promise<Peer> {
    if (this.#sharedPeer !== undefined) return this.#sharedPeer
    if (this.capabilities.reach === 'process' && !inThreads(this.capabilities)) {
      this.#sharedPeer = localPeer(new PeerHost(this.setting.driven, this.setting.pluginContext))
    } else {
      const shared = await this.setting.peers.shared()
      shared.failure.catch(this.#fail)
      this.#sharedPeer = shared
    }
    return this.#sharedPeer
  }

  /** A process, or a thread, of this case's own, which may be killed. */
  async ownPeer(): Promise<StartedPeer> {
    const peer = await this.setting.peers.start()
    this.#ownPeers.push(peer)
    peer.failure.catch(this.#fail)
    return peer
  }

  async listen(address = this.address(), options?: TransportOptions): Promise<AcceptQueue> {
    const queue = new AcceptQueue(await this.transport.listen(address, this.setting.pluginContext, options))
    this.#queues.push(queue)
    return queue
  }

  async connect(address: Address, options?: TransportOptions): Promise<TrackEnd> {
    return this.end(await this.transport.connect(address, this.setting.pluginContext, options))
  }

  /** Takes `connection` into the care of this case. */
  end(connection: Connection): TrackEnd {
    const end = new TrackEnd(connection, this.capabilities.boundaries)
    this.#ends.add(end)
    return end
  }

  /** Two connected ends, ours and the peer's. */
  async pair(options: PairOptions = {}): Promise<{ here: TrackEnd; there: End }> {
    const peer = options.peer ?? (await this.peer())
    if (options.connector === 'here') {
      const { listener, address } = await peer.call('listen', this.address().href, this.setting.over)
      const [there, here] = await Promise.all([
        peer.call('accept', listener),
        this.connect(parseAddress(address)),
      ])
      return { here, there: new RemoteEnd(peer, there) }
    }
    const queue = await this.listen()
    const [there, here] = await Promise.all([peer.call('connect', queue.listener.address.href), queue.next()])
    return { here: this.end(here), there: new RemoteEnd(peer, there) }
  }

  /** Makes a link of `connection`, in the care of this case. @throws SignalboxError why the handshake failed. */
  async link(role: LinkTrack['role'], connection: Connection, settings: LinkSettings = {}): Promise<LinkEnd> {
    const { boundaries } = this.capabilities
    const track = { role, connection, boundaries }
    const end = await LinkEnd.establish(track, this.setting.pluginContext, settings)
    this.#ends.add(end)
    void end.closed().then(() => this.#ends.delete(end)) // a case may open thousands
    return end
  }

  /** Connects, and makes a link of the connection. */
  async linkTo(address: Address, settings: LinkSettings = {}): Promise<LinkEnd> {
    const connection = await this.transport.connect(address, this.setting.pluginContext)
    return this.link('dialler', connection, settings)
  }

  /** The two ends of a link, ours and the peer's. */
  async linkPair(options: LinkPairOptions = {}): Promise<{ here: LinkEnd; there: LinkedEnd }> {
    const peer = options.peer ?? (await this.peer())
    // Where only silence tells that the peer is gone, nobody wants to wait for three long beats.
    const beat = this.capabilities.close === 'heartbeat' ? { heartbeat: 500 } : {}
    const ours = { ...beat, ...options.both, ...options.here }
    const theirs = { ...beat, ...options.both, ...options.there }
    if (options.connector === 'here') {
      const { listener, address } = await peer.call('listen', this.address().href, 'link')
      const [there, here] = await Promise.all([
        peer.call('accept', listener, theirs),
        this.linkTo(parseAddress(address), ours),
      ])
      return { here, there: new RemoteEnd(peer, there) }
    }
    const queue = await this.listen()
    const [there, here] = await Promise.all([
      peer.call('connect', queue.listener.address.href, theirs),
      queue.next().then(connection => this.link('listener', connection, ours)),
    ])
    return { here, there: new RemoteEnd(peer, there) }
  }

  /**
   * Resolves when `progress` has stood still for many turns of both event loops. There is no event
   * for something that stops; if it only paused, the case that asks proves less, and nothing wrong.
   */
  async standstill(progress: () => Promise<number>): Promise<number> {
    const peer = await this.peer()
    let last = await progress()
    for (let unchanged = 0; unchanged < 50; unchanged++) {
      await peer.call('turn')
      await setImmediate()
      const now = await progress()
      if (now !== last) unchanged = 0
      last = now
    }
    return last
  }

  /** Looks, turn by turn of our event loop, until `condition` holds. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await setImmediate()
  }

  /** Resolves when what has to happen in time is late. */
  patience(): Promise<void> {
    const { pluginContext, patience } = this.setting
    return new Promise(resolve => this.#timers.push(pluginContext.clock.after(patience, resolve)))
  }

  /** Lets `promise` go on beside the case; whoever awaits it later still gets its error. */
  meanwhile<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {})
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) timer.cancel()
    for (const end of this.#ends) void end.abort()
    await Promise.all([
      ...this.#queues.map(queue => queue.close()),
      ...this.#ownPeers.map(peer => peer.kill()),
      ...[...this.#ends].map(end => end.closed()),
      this.#sharedPeer?.call('reset'),
    ])
  }
}

function localPeer(host: PeerHost): Peer {
  return {
    pid: process.pid,
    call: (command, ...args) => {
      const run = host[command] as (...args: readonly unknown[]) => unknown
      return run.apply(host, args) as ReturnType<PeerHost[typeof command]>
    },
  }
}
