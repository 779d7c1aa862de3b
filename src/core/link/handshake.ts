import type { SignalboxError, TransportContext } from '../contracts/index.js'
import { prove, proves, type SessionKey, sessionKey } from './authentication.js'
import { Exchange, type ExchangeOptions } from './exchange.js'
import { FrameKind } from './frames.js'
import {
  decodeConfirm,
  decodeHello,
  decodeReady,
  decodeWelcome,
  encodeConfirm,
  encodeReady,
  type ReceivedHello,
  sealWelcome,
} from './handshake-frames.js'
import { encodeHello, type Hello } from './hello.js'
import { acceptJoin, type Joinable } from './join.js'
import { noCommonCodec, objectionTo, wrongSecret } from './objections.js'
import type { Track, TrackSink } from './track.js'
import { violation } from './violation.js'

/** What both sides know after the handshake. */
export interface Session extends SessionKey {
  readonly role: 'dialler' | 'listener'
  readonly mine: Hello
  readonly theirs: Hello
  /** The name of the codec that both use. */
  readonly codec: string
  /** What counts this session among those of the same two incarnations (I10). */
  readonly epoch: number
}

/** What a side brings to the handshake. */
export interface HandshakeOptions extends ExchangeOptions {
  readonly hello: Omit<Hello, 'nonce' | 'epoch'>
  /** The number of this session; a listening side repeats the dialler's. */
  readonly epoch?: number
  /** What both sides must know; empty for none. */
  readonly secret: Uint8Array
  /** Says why this peer is not wanted, after it proved who it is; undefined lets it in. */
  readonly admit?: (theirs: Hello) => SignalboxError | undefined
}

/** A session, and what the track delivers from here on. */
export interface Established {
  readonly session: Session
  /** Gives all further frames to `sink`. To be called at once, before any other frame can arrive. */
  handOver(sink: TrackSink): void
}

/**
 * Greets the peer. The dialler says HELLO, the listener WELCOME with a proof, the dialler CONFIRM with a proof,
 * the listener READY: only then is either side sure that the other one wants it.
 * `established` is called synchronously with the last frame, so that nothing can slip between.
 * @throws SignalboxError `HANDSHAKE_REFUSED` (its cause is what the peer said), `AUTHENTICATION_FAILED`,
 * `PROTOCOL_VIOLATION`, `TIMEOUT`, `ABORTED`, `CLOSED`, `FRAME_TOO_LARGE` for a track that is too narrow,
 * `LIMIT_EXCEEDED` for a hello that no peer would read, and what `admit` returns; the track is ended then.
 */
export function shakeHands<T>(
  role: Session['role'],
  track: Track,
  context: Pick<TransportContext, 'clock' | 'random'>,
  options: HandshakeOptions,
  established: (result: Established) => T,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const exchange = new Exchange<T>(track, context, options, resolve, reject)
    const handshake = new Handshake(role, exchange, context, options, established)
    exchange.begin(() => (role === 'dialler' ? handshake.greet() : handshake.await()))
  })
}

/**
 * The listener's side of {@link shakeHands}, where a track may also join a session that there is.
 * @param find the session that a token names
 * @param joined is called with what it was, in place of `established`
 */
export function receiveTrack<J extends Joinable, T>(
  track: Track,
  context: Pick<TransportContext, 'clock' | 'random'>,
  options: HandshakeOptions,
  established: (result: Established) => T,
  find: (token: Uint8Array) => J | undefined,
  joined: (session: J) => T,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const exchange = new Exchange<T>(track, context, options, resolve, reject)
    const handshake = new Handshake('listener', exchange, context, options, established)
    const join = { kind: FrameKind.join, take: acceptJoin(track, exchange, context.random, find, joined) }
    exchange.begin(() => handshake.await(join))
  })
}

type Agreed = Pick<Session, 'mine' | 'theirs' | 'codec'>

class Handshake<T> {
  readonly #mine: Hello

  constructor(
    private readonly role: Session['role'],
    private readonly exchange: Exchange<T>,
    context: Pick<TransportContext, 'random'>,
    private readonly options: HandshakeOptions,
    private readonly established: (result: Established) => T,
  ) {
    this.#mine = { ...options.hello, epoch: options.epoch ?? 0, nonce: context.random.bytes(16) }
  }

  greet(): void {
    const hello = encodeHello(FrameKind.hello, this.#mine)
    this.exchange.put(hello)
    this.exchange.expect('it does not answer a hello with a welcome', {
      kind: FrameKind.welcome,
      take: frame => this.#onWelcome(frame, hello),
    })
  }

  /** @param other what may come in place of a hello */
  await(...other: Parameters<Exchange<T>['expect']>[1][]): void {
    const hello = { kind: FrameKind.hello, take: (frame: Uint8Array) => this.#onHello(frame) }
    this.exchange.expect('it does not begin with a hello', hello, ...other)
  }

  #onHello(frame: Uint8Array): void {
    const theirs = decodeHello(frame)
    const codec = theirs.hello.codecs.find(name => this.#mine.codecs.includes(name))
    if (codec === undefined) throw noCommonCodec(this.#mine, theirs.hello)
    const objection = objectionTo(this.#mine, theirs.hello)
    if (objection !== undefined) throw objection
    const mine: Hello = { ...this.#mine, epoch: theirs.hello.epoch, codecs: [codec] }
    const body = encodeHello(FrameKind.welcome, mine)
    const welcome = sealWelcome(body, prove(this.options.secret, 'welcome', theirs.body, body))
    this.exchange.put(welcome)
    this.exchange.expect('it does not confirm a welcome', {
      kind: FrameKind.confirm,
      take: confirm => this.#onConfirm(confirm, theirs, welcome, { mine, theirs: theirs.hello, codec }),
    })
  }

  #onWelcome(frame: Uint8Array, hello: Uint8Array): void {
    const { hello: theirs, body, proof } = decodeWelcome(frame)
    const { secret } = this.options
    if (!proves(proof, prove(secret, 'welcome', hello, body))) throw wrongSecret()
    const codec = theirs.codecs[0]
    if (theirs.codecs.length !== 1 || codec === undefined || !this.#mine.codecs.includes(codec)) {
      throw violation('its welcome names no codec that it was offered')
    }
    if (theirs.epoch !== this.#mine.epoch) throw violation('its welcome is for another session')
    const objection = objectionTo(this.#mine, theirs) ?? this.options.admit?.(theirs)
    if (objection !== undefined) throw objection
    this.exchange.put(encodeConfirm(prove(secret, 'confirm', hello, frame)))
    const key = sessionKey(secret, hello, frame)
    this.exchange.expect('it does not answer a confirm with ready', {
      kind: FrameKind.ready,
      take: ready => {
        decodeReady(ready)
        this.#succeed({ mine: this.#mine, theirs, codec }, key)
      },
    })
  }

  #onConfirm(frame: Uint8Array, theirs: ReceivedHello, welcome: Uint8Array, agreed: Agreed): void {
    const proof = decodeConfirm(frame)
    const { secret } = this.options
    if (!proves(proof, prove(secret, 'confirm', theirs.body, welcome))) throw wrongSecret()
    const objection = this.options.admit?.(theirs.hello)
    if (objection !== undefined) throw objection
    this.exchange.put(encodeReady())
    this.#succeed(agreed, sessionKey(secret, theirs.body, welcome))
  }

  #succeed(agreed: Agreed, key: SessionKey): void {
    const session = { role: this.role, epoch: agreed.theirs.epoch, ...agreed, ...key }
    this.exchange.succeed(session.mine.maxFrame, handOver => this.established({ session, handOver }))
  }
}
