import { type Clock, SignalboxError } from '../contracts/index.js'
import type { HandshakeOptions, Session } from './handshake.js'
import type { Hello } from './hello.js'
import type { Link } from './link.js'

/** What is known of one peer, by the name of its node. */
interface Peer {
  /** The life of it that the latest session was with. */
  incarnation: string | undefined
  /** The number of that session. */
  begun: number
  /** The highest number under which we dialled. */
  dialled: number
  link: Link | undefined
  /** Our own dial that is on its way. */
  dial: Dial | undefined
  /** Who waits for a session to begin. */
  readonly waiting: Set<(link: Link) => void>
}

/** One attempt to begin a session; made by {@link SessionRegistry.dial}. */
export interface Dial {
  /** What to give to the handshake. */
  readonly epoch: number
  readonly admit: NonNullable<HandshakeOptions['admit']>
  /** To be called when the handshake ended, however it did. */
  over(): void
}

/**
 * The sessions of one node: at most one with each peer. It numbers them, so that both sides know which one counts:
 * - **Both dial at once** (I9): the two dials have one number, and the one of the lower node (by name, then by
 *   incarnation, bytewise) wins on both sides. The other one is refused with `SUPERSEDED`.
 * - **Half-open** (I10): a peer that lost a session of which this side knows nothing dials with a higher number,
 *   which ends the old session; a lower number is refused.
 * - **A later life of the peer** (I1) ends the session with the earlier one.
 */
export class SessionRegistry {
  readonly #peers = new Map<string, Peer>()
  readonly #byToken = new Map<string, Link>()

  /** @param self this node's name and incarnation */
  constructor(private readonly self: Pick<Hello, 'node' | 'incarnation'>) {}

  /** The session with `node`, when there is one. */
  link(node: string): Link | undefined {
    return this.#peers.get(node)?.link
  }

  /** The session that a token names. */
  find(token: Uint8Array): Link | undefined {
    return this.#byToken.get(hex(token))
  }

  /** Begins a session with the node of that name. */
  dial(node: string): Dial {
    const peer = this.#peer(node)
    const { link } = peer
    peer.dialled = Math.max(peer.dialled, peer.begun) + 1
    const dial: Dial = {
      epoch: peer.dialled,
      // Theirs may have begun while ours was on its way: then it is the one that counts.
      admit: theirs => (peer.link === undefined || peer.link === link ? undefined : superseded(theirs)),
      over: () => {
        if (peer.dial === dial) peer.dial = undefined
      },
    }
    peer.dial = dial
    return dial
  }

  /** Judges a peer that dialled us: what a listening side gives to the handshake. */
  readonly admit = (theirs: Hello): SignalboxError | undefined => {
    const peer = this.#peer(theirs.node)
    const { dial, link, begun } = peer
    if (peer.incarnation === hex(theirs.incarnation) && theirs.epoch <= begun)
      return link?.session.epoch === theirs.epoch ? superseded(theirs) : outdated(theirs, begun)
    if (dial !== undefined && dial.epoch >= theirs.epoch && this.#isLower(theirs)) return superseded(theirs)
    return undefined
  }

  /**
   * To be called when a session is about to begin: a later one with this peer may have begun during its handshake.
   * @throws SignalboxError `SUPERSEDED`; the peer has begun the later one, too, and ends this one
   */
  assertLatest({ theirs, epoch }: Session): void {
    const { incarnation, begun } = this.#peer(theirs.node)
    if (incarnation === hex(theirs.incarnation) && epoch < begun) throw superseded(theirs)
  }

  /** A session began: it takes the place of an earlier one with this peer. */
  add(link: Link): void {
    const { theirs, token, epoch } = link.session
    const peer = this.#peer(theirs.node)
    const life = hex(theirs.incarnation)
    const sameLife = peer.incarnation === life
    const older = peer.link
    peer.link = link
    peer.incarnation = life
    peer.begun = epoch
    this.#byToken.set(hex(token), link)
    const why = `${theirs.node} ${sameLife ? 'began a new session' : 'was restarted'}`
    older?.abort(new SignalboxError('PEER_LOST', why))
    for (const resolve of peer.waiting) resolve(link)
    void link.closed.then(() => {
      this.#byToken.delete(hex(token))
      if (peer.link === link) peer.link = undefined
    })
  }

  /**
   * The session with `node` that is there or about to be, for whoever was told `SUPERSEDED`.
   * @throws SignalboxError `TIMEOUT` when none begins within `timeout` milliseconds.
   */
  expect(node: string, clock: Clock, timeout: number): Promise<Link> {
    const peer = this.#peer(node)
    if (peer.link !== undefined && !peer.link.ended) return Promise.resolve(peer.link)
    return new Promise((resolve, reject) => {
      const began = (link: Link) => {
        timer.cancel()
        peer.waiting.delete(began)
        resolve(link)
      }
      const timer = clock.after(timeout, () => {
        peer.waiting.delete(began)
        reject(new SignalboxError('TIMEOUT', `the session with ${node} did not begin within ${timeout} ms`))
      })
      peer.waiting.add(began)
    })
  }

  /** Whether our own dial wins over theirs. */
  #isLower(theirs: Hello): boolean {
    const names = Buffer.compare(Buffer.from(this.self.node), Buffer.from(theirs.node))
    return (names === 0 ? Buffer.compare(this.self.incarnation, theirs.incarnation) : names) < 0
  }

  #peer(node: string): Peer {
    const known = this.#peers.get(node)
    if (known !== undefined) return known
    const peer: Peer = {
      incarnation: undefined,
      begun: 0,
      dialled: 0,
      link: undefined,
      dial: undefined,
      waiting: new Set(),
    }
    this.#peers.set(node, peer)
    return peer
  }
}

function superseded(theirs: Hello): SignalboxError {
  return new SignalboxError(
    'SUPERSEDED',
    `both nodes dialled at once; use the other session with ${theirs.node}, which is there or about to be`,
  )
}

function outdated(theirs: Hello, epoch: number): SignalboxError {
  const why = `session ${theirs.epoch} of ${theirs.node} is older than session ${epoch}; dial again`
  return new SignalboxError('HANDSHAKE_REFUSED', why)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
