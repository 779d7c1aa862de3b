import { isSignalboxError, SignalboxError, type TransportContext } from '../contracts/index.js'
import { prove, proves } from './authentication.js'
import { ByteReader, ByteWriter, violation } from './bytes.js'
import { FRAME_OVERHEAD, FrameKind, HANDSHAKE_FRAME } from './frames.js'
import {
  decodeHello,
  decodeWelcome,
  encodeHello,
  type Hello,
  type ReceivedHello,
  sealWelcome,
} from './hello.js'
import { readReason, writeReason } from './reason.js'
import type { Track } from './track.js'

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
  handOver(sink: (frame: Uint8Array) => void): void
}

/**
 * Greets the peer: HELLO by the dialler, WELCOME with a proof by the listener, CONFIRM with a proof by the dialler.
 * `established` is called synchronously with the last frame, so that nothing can slip between.
 * @throws SignalboxError `HANDSHAKE_REFUSED`, `AUTHENTICATION_FAILED`, `PROTOCOL_VIOLATION`, `TIMEOUT`, `ABORTED`, `CLOSED`; the track is ended then.
 */
export function shakeHands<T>(
  role: Session['role'],
  track: Track,
  context: Pick<TransportContext, 'clock' | 'random'>,
  options: HandshakeOptions,
  established: (result: Established) => T,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const secret = options.secret
    const mine: Hello = { ...options.hello, epoch: options.epoch ?? 0, nonce: context.random.bytes(16) }
    let expecting: (frame: Uint8Array) => void = role === 'dialler' ? onWelcome : onHello
    let settled = false
    let helloBytes = new Uint8Array()
    let pending: { theirs: ReceivedHello; mine: Hello; welcome: Uint8Array } | undefined

    const timer = context.clock.after(options.timeout ?? 5000, () =>
      fail(
        new SignalboxError(
          'TIMEOUT',
          `the peer did not finish the handshake within ${options.timeout ?? 5000} ms`,
        ),
      ),
    )
    const onAbort = () =>
      fail(new SignalboxError('ABORTED', 'the handshake was aborted', { cause: options.signal?.reason }))
    options.signal?.addEventListener('abort', onAbort, { once: true })
    track.closed.then(reason =>
      fail(
        reason.by === 'fault'
          ? reason.error
          : new SignalboxError(
              'CLOSED',
              'the peer closed during the handshake; is it a Signalbox node of this version?',
            ),
      ),
    )
    track.expect(HANDSHAKE_FRAME)
    track.receive(frame => {
      try {
        expecting(frame)
      } catch (error) {
        if (!isSignalboxError(error)) throw error
        refuse(error)
      }
    })
    if (options.signal?.aborted) onAbort()
    else if (role === 'dialler') {
      helloBytes = new Uint8Array(encodeHello(FrameKind.hello, mine))
      put(helloBytes)
    }

    function onHello(frame: Uint8Array): void {
      if (frame[0] !== FrameKind.hello) throw violation('it does not begin with a hello')
      const theirs = decodeHello(frame)
      const codec = theirs.hello.codecs.find(name => mine.codecs.includes(name))
      if (codec === undefined) throw noCommonCodec(mine, theirs.hello)
      assertNamespace(mine, theirs.hello)
      const answer: Hello = { ...mine, epoch: theirs.hello.epoch, codecs: [codec] }
      const body = encodeHello(FrameKind.welcome, answer)
      const welcome = sealWelcome(body, prove(secret, 'welcome', theirs.body, body))
      pending = { theirs, mine: answer, welcome }
      expecting = onConfirm
      put(welcome)
    }

    function onWelcome(frame: Uint8Array): void {
      if (frame[0] === FrameKind.refuse) throw refusal(frame)
      if (frame[0] !== FrameKind.welcome) throw violation('it does not answer a hello with a welcome')
      const { hello: theirs, body, proof } = decodeWelcome(frame)
      if (!proves(proof, prove(secret, 'welcome', helloBytes, body))) throw wrongSecret()
      const codec = theirs.codecs[0]
      if (theirs.codecs.length !== 1 || codec === undefined || !mine.codecs.includes(codec)) {
        throw violation('its welcome names no codec that it was offered')
      }
      if (theirs.epoch !== mine.epoch) throw violation('its welcome is for another session')
      assertNamespace(mine, theirs)
      assertAdmitted(theirs)
      put(
        new ByteWriter()
          .u8(FrameKind.confirm)
          .block(prove(secret, 'confirm', helloBytes, frame))
          .done(),
      )
      succeed({ role, mine, theirs, codec, epoch: mine.epoch })
    }

    function onConfirm(frame: Uint8Array): void {
      if (frame[0] === FrameKind.refuse) throw refusal(frame)
      if (frame[0] !== FrameKind.confirm || pending === undefined)
        throw violation('it does not confirm a welcome')
      const input = new ByteReader(frame.subarray(1))
      const proof = input.block(32)
      input.end()
      if (!proves(proof, prove(secret, 'confirm', pending.theirs.body, pending.welcome))) throw wrongSecret()
      const theirs = pending.theirs.hello
      assertAdmitted(theirs)
      succeed({ role, mine: pending.mine, theirs, codec: pending.mine.codecs[0] ?? '', epoch: theirs.epoch })
    }

    function assertAdmitted(theirs: Hello): void {
      const objection = options.admit?.(theirs)
      if (objection !== undefined) throw objection
    }

    function succeed(session: Session): void {
      settle()
      track.expect(mine.maxFrame + FRAME_OVERHEAD)
      resolve(established({ session, handOver: sink => (expecting = sink) }))
    }

    /** Tells the peer why before hanging up. */
    function refuse(error: SignalboxError): void {
      if (settled) return
      if (error.code !== 'HANDSHAKE_REFUSED' || !error.message.startsWith('the peer refused')) {
        const out = new ByteWriter().u8(FrameKind.refuse)
        put(writeReason(out, error.code, error.message).done())
      }
      settle()
      reject(error)
      void track.close()
    }

    function fail(error: SignalboxError): void {
      if (settled) return
      settle()
      reject(error)
      track.abort(error)
    }

    function settle(): void {
      settled = true
      timer.cancel()
      options.signal?.removeEventListener('abort', onAbort)
      expecting = () => {} // the track is being closed; what still comes is of no interest
    }

    /** A fresh track has room for a handshake; one that has not cannot be used. */
    function put(frame: Uint8Array): void {
      const room = track.reserve(frame.length)
      room?.set(frame)
      if (room === undefined || !track.commit()) {
        throw new SignalboxError('HANDSHAKE_REFUSED', 'a fresh track has no room for a handshake')
      }
    }
  })
}

function refusal(frame: Uint8Array): SignalboxError {
  const { code, text } = readReason(new ByteReader(frame.subarray(1)))
  const known = code === 'AUTHENTICATION_FAILED' ? code : 'HANDSHAKE_REFUSED'
  return new SignalboxError(known, `the peer refused the handshake: ${text}`)
}

function wrongSecret(): SignalboxError {
  return new SignalboxError(
    'AUTHENTICATION_FAILED',
    'the peer does not know this user’s secret; nodes of one user on one machine share it through the runtime folder',
  )
}

function noCommonCodec(mine: Hello, theirs: Hello): SignalboxError {
  return new SignalboxError(
    'HANDSHAKE_REFUSED',
    `no common codec: ${mine.node} reads ${mine.codecs.join(', ')}, ${theirs.node} reads ${theirs.codecs.join(', ')}`,
  )
}

function assertNamespace(mine: Hello, theirs: Hello): void {
  if (mine.namespace === theirs.namespace) return
  throw new SignalboxError(
    'HANDSHAKE_REFUSED',
    `${mine.node} is in namespace ${mine.namespace}, ${theirs.node} in ${theirs.namespace}; give both the same namespace`,
  )
}
