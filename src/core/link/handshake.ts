import { isSignalboxError, reasonOf, SignalboxError, type TransportContext } from '../contracts/index.js'
import { prove, proves } from './authentication.js'
import { CONTROL_FRAME, FrameKind } from './frames.js'
import {
  decodeConfirm,
  decodeHello,
  decodeReady,
  decodeRefuse,
  decodeWelcome,
  encodeConfirm,
  encodeReady,
  encodeRefuse,
  type ReceivedHello,
  sealWelcome,
} from './handshake-frames.js'
import { hangUp } from './hang-up.js'
import { encodeHello, type Hello } from './hello.js'
import { abortedHandshake, frameTooSmall, noCommonCodec, objectionTo, wrongSecret } from './objections.js'
import { errorOf } from './reason.js'
import type { Track, TrackSink } from './track.js'
import { violation } from './violation.js'

/** What both sides know after the handshake. */
export interface Session {
  readonly role: 'dialler' | 'listener'
  readonly mine: Hello
  readonly theirs: Hello
  /** The name of the codec that both use. */
  readonly codec: string
  /** What counts this session among those of the same two incarnations (I10). */
  readonly epoch: number
}

/** What a side brings to the handshake. */
export interface HandshakeOptions {
  readonly hello: Omit<Hello, 'nonce' | 'epoch'>
  /** The number of this session; a listening side repeats the dialler's. */
  readonly epoch?: number
  /** What both sides must know; empty for none. */
  readonly secret: Uint8Array
  /** Says why this peer is not wanted, after it proved who it is; undefined lets it in. */
  readonly admit?: (theirs: Hello) => SignalboxError | undefined
  /** Milliseconds until a peer that does not finish is given up. @default 5000 */
  readonly timeout?: number
  readonly signal?: AbortSignal
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
    const finish = (result: Established) => resolve(established(result))
    new Handshake(role, track, context, options, finish, reject).begin()
  })
}

/** The one frame that may come next, beside a refusal. */
interface Step {
  readonly kind: number
  readonly otherwise: string
  readonly take: (frame: Uint8Array) => void
}

type Agreed = Pick<Session, 'mine' | 'theirs' | 'codec'>

class Handshake {
  readonly #mine: Hello
  #settled = false
  #settle: () => void = () => {}
  #sink: TrackSink = frame => this.#receive(frame.rest())
  #next: Step

  constructor(
    private readonly role: Session['role'],
    private readonly track: Track,
    private readonly context: Pick<TransportContext, 'clock' | 'random'>,
    private readonly options: HandshakeOptions,
    private readonly finish: (result: Established) => void,
    private readonly reject: (error: SignalboxError) => void,
  ) {
    this.#mine = { ...options.hello, epoch: options.epoch ?? 0, nonce: context.random.bytes(16) }
    this.#next = {
      kind: FrameKind.hello,
      otherwise: 'it does not begin with a hello',
      take: frame => this.#onHello(frame),
    }
  }

  begin(): void {
    this.#watch()
    this.track.expect(CONTROL_FRAME)
    try {
      if (this.options.signal?.aborted) throw abortedHandshake(this.options.signal)
      if (this.track.maxFrame < CONTROL_FRAME) throw frameTooSmall(this.track.maxFrame)
      if (this.role === 'dialler') this.#greet()
    } catch (thrown) {
      this.#fail(asError(thrown))
      return
    }
    this.track.receive(frame => this.#sink(frame))
  }

  /** Whatever else can end a handshake. */
  #watch(): void {
    const { signal, timeout = 5000 } = this.options
    const timer = this.context.clock.after(timeout, () => {
      this.#fail(new SignalboxError('TIMEOUT', `the peer did not finish the handshake within ${timeout} ms`))
    })
    const onAbort = () => signal && this.#fail(abortedHandshake(signal))
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#settle = () => {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    this.track.closed.then(reason => {
      const why = 'the peer closed during the handshake; is it a Signalbox node of this version?'
      this.#fail(reason.by === 'fault' ? reason.error : new SignalboxError('CLOSED', why))
    })
  }

  #receive(frame: Uint8Array): void {
    if (this.#settled) return // the track is being closed; what still comes is of no interest
    try {
      if (frame[0] === FrameKind.refuse && this.#next.kind !== FrameKind.hello) this.#refused(frame)
      else if (frame[0] !== this.#next.kind) throw violation(this.#next.otherwise)
      else this.#next.take(frame)
    } catch (thrown) {
      this.#refuse(asError(thrown))
    }
  }

  #greet(): void {
    const hello = encodeHello(FrameKind.hello, this.#mine)
    this.#put(hello)
    this.#next = {
      kind: FrameKind.welcome,
      otherwise: 'it does not answer a hello with a welcome',
      take: frame => this.#onWelcome(frame, hello),
    }
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
    this.#put(welcome)
    this.#next = {
      kind: FrameKind.confirm,
      otherwise: 'it does not confirm a welcome',
      take: confirm => this.#onConfirm(confirm, theirs, welcome, { mine, theirs: theirs.hello, codec }),
    }
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
    this.#put(encodeConfirm(prove(secret, 'confirm', hello, frame)))
    this.#next = {
      kind: FrameKind.ready,
      otherwise: 'it does not answer a confirm with ready',
      take: ready => {
        decodeReady(ready)
        this.#succeed({ mine: this.#mine, theirs, codec })
      },
    }
  }

  #onConfirm(frame: Uint8Array, theirs: ReceivedHello, welcome: Uint8Array, agreed: Agreed): void {
    const proof = decodeConfirm(frame)
    if (!proves(proof, prove(this.options.secret, 'confirm', theirs.body, welcome))) throw wrongSecret()
    const objection = this.options.admit?.(theirs.hello)
    if (objection !== undefined) throw objection
    this.#put(encodeReady())
    this.#succeed(agreed)
  }

  #succeed(agreed: Agreed): void {
    this.#end()
    this.track.expect(Math.max(this.#mine.maxFrame, CONTROL_FRAME))
    const session = { role: this.role, epoch: agreed.theirs.epoch, ...agreed }
    try {
      this.finish({ session, handOver: sink => (this.#sink = sink) })
    } catch (thrown) {
      this.reject(asError(thrown))
      this.track.abort()
    }
  }

  /** Tells the peer why before hanging up. */
  #refuse(error: SignalboxError): void {
    try {
      this.#put(encodeRefuse(error.code, error.message))
    } catch {
      // There is no room to tell it: the peer has to be content with the end.
    }
    this.#end()
    this.reject(error)
    void hangUp(this.track, this.context.clock)
  }

  /** The peer does not want us, and says why. */
  #refused(frame: Uint8Array): void {
    const theirs = errorOf(decodeRefuse(frame))
    const code = theirs.code === 'AUTHENTICATION_FAILED' ? theirs.code : 'HANDSHAKE_REFUSED'
    this.#end()
    this.reject(
      new SignalboxError(code, `the peer refused the handshake: ${theirs.message}`, { cause: theirs }),
    )
    void hangUp(this.track, this.context.clock)
  }

  #fail(error: SignalboxError): void {
    if (this.#settled) return
    this.#end()
    this.reject(error)
    this.track.abort(error)
  }

  #end(): void {
    this.#settled = true
    this.#settle()
  }

  /** A fresh track has room for a handshake; one that has not cannot be used. */
  #put(frame: Uint8Array): void {
    if (this.track.reserve(frame.length)?.raw(frame) === undefined || !this.track.commit()) {
      throw new SignalboxError('HANDSHAKE_REFUSED', 'a fresh track has no room for a handshake')
    }
  }
}

/** What `admit` or the host throws is a refusal too: nothing of it may reach the connection. */
function asError(thrown: unknown): SignalboxError {
  if (isSignalboxError(thrown)) return thrown
  return new SignalboxError('HANDSHAKE_REFUSED', `the handshake broke off: ${reasonOf(thrown)}`, {
    cause: thrown,
  })
}
