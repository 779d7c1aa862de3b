import { SignalboxError } from '../contracts/index.js'
import type { HandshakeOptions } from './handshake.js'
import type { Hello } from './hello.js'
import type { Link } from './link.js'

/** What is known of one peer, by the name of its node. */
interface Peer {
  /** Its latest life, once it was met. */
  incarnation: string | undefined
  /** The highest number that any session with it had, or was dialled under. */
  epoch: number
  link: Link | undefined
  /** Our own dial that is on its way, and its number. */
  dial: Dial | undefined
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
    const dial: Dial = {
      epoch: ++peer.epoch,
      admit: theirs => this.#admitAnswer(dial, theirs),
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
    const { dial, link } = peer
    const sameLife = peer.incarnation === hex(theirs.incarnation)
    if (sameLife && theirs.epoch < peer.epoch && (link !== undefined || dial === undefined))
      return outdated(theirs, peer.epoch)
    if (sameLife && link?.session.epoch === theirs.epoch) return superseded(theirs)
    if (dial !== undefined && dial.epoch >= theirs.epoch && this.#isLower(theirs)) return superseded(theirs)
    peer.epoch = Math.max(peer.epoch, theirs.epoch)
    return undefined
  }

  /** A session began: it takes the place of any other one with this peer. */
  add(link: Link): void {
    const { theirs, token, epoch } = link.session
    const peer = this.#peer(theirs.node)
    const life = hex(theirs.incarnation)
    const why = peer.incarnation === life ? 'began a new session' : 'was restarted'
    const older = peer.link
    peer.link = link
    peer.incarnation = life
    peer.epoch = Math.max(peer.epoch, epoch)
    this.#byToken.set(hex(token), link)
    older?.abort(new SignalboxError('PEER_LOST', `${theirs.node} ${why}`))
    void link.closed.then(() => {
      this.#byToken.delete(hex(token))
      if (peer.link === link) peer.link = undefined
    })
  }

  /** Judges a peer that answered our dial. */
  #admitAnswer(dial: Dial, theirs: Hello): SignalboxError | undefined {
    const { link, incarnation } = this.#peer(theirs.node)
    if (incarnation !== hex(theirs.incarnation)) return undefined
    return link !== undefined && link.session.epoch >= dial.epoch ? superseded(theirs) : undefined
  }

  /** Whether our own dial wins over theirs. */
  #isLower(theirs: Hello): boolean {
    const names = Buffer.compare(Buffer.from(this.self.node), Buffer.from(theirs.node))
    return (names === 0 ? Buffer.compare(this.self.incarnation, theirs.incarnation) : names) < 0
  }

  #peer(node: string): Peer {
    const known = this.#peers.get(node)
    if (known !== undefined) return known
    const peer: Peer = { incarnation: undefined, epoch: 0, link: undefined, dial: undefined }
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
