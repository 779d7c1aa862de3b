import { type Random, SignalboxError, type TransportContext } from '../contracts/index.js'
import { proveJoin, proves, type SessionKey } from './authentication.js'
import { Exchange, type ExchangeOptions } from './exchange.js'
import { FrameKind } from './frames.js'
import { decodeConfirm, decodeReady, encodeConfirm, encodeReady } from './handshake-frames.js'
import { decodeJoin, decodeJoined, encodeJoin, encodeJoined, sealJoined } from './join-frames.js'
import type { Track, TrackSink } from './track.js'

/** A session that a further track may join. */
export interface Joinable {
  readonly key: SessionKey
  /** Bytes of the largest frame that it takes. */
  readonly maxFrame: number
  /** Why no track may join under the number `id`, if so. */
  objectionTo(id: number): SignalboxError | undefined
  /** Adds the track; `handOver` gives it all further frames. @throws SignalboxError `CLOSED` */
  attach(id: number, track: Track, handOver: (sink: TrackSink) => void): void
}

/**
 * Adds a fresh track to a session of which this is the dialling side. The dialler says JOIN, the listener JOINED
 * with a proof, the dialler CONFIRM with a proof, the listener READY. The proofs show that both were there when
 * the session began.
 * @param id the track's number, which no other track had
 * @throws SignalboxError like {@link shakeHands}; the track is ended then.
 */
export function joinSession(
  session: Joinable,
  id: number,
  track: Track,
  context: Pick<TransportContext, 'clock' | 'random'>,
  options: ExchangeOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange<void>(track, context, options, resolve, reject)
    const { token, key } = session.key
    const join = encodeJoin({ token, track: id, nonce: context.random.bytes(16) })
    const onJoined = (frame: Uint8Array) => {
      const { body, proof } = decodeJoined(frame)
      if (!proves(proof, proveJoin(key, 'joined', join, body))) throw stranger()
      exchange.put(encodeConfirm(proveJoin(key, 'confirm', join, frame)))
      exchange.expect('it does not answer a confirm with ready', {
        kind: FrameKind.ready,
        take: ready => {
          decodeReady(ready)
          exchange.succeed(session.maxFrame, handOver => session.attach(id, track, handOver))
        },
      })
    }
    exchange.begin(() => {
      exchange.put(join)
      exchange.expect('it does not answer a join', { kind: FrameKind.joined, take: onJoined })
    })
  })
}

/** The listener's side: what it does with a JOIN. */
export function acceptJoin<J extends Joinable, T>(
  track: Track,
  exchange: Exchange<T>,
  random: Random,
  find: (token: Uint8Array) => J | undefined,
  joined: (session: J) => T,
): (frame: Uint8Array) => void {
  return frame => {
    const { token, track: id } = decodeJoin(frame)
    const session = find(token)
    if (session === undefined) throw unknownSession()
    const objection = session.objectionTo(id)
    if (objection !== undefined) throw objection
    const { key } = session.key
    const join = frame.slice()
    const body = encodeJoined(random.bytes(16))
    const answer = sealJoined(body, proveJoin(key, 'joined', join, body))
    exchange.put(answer)
    exchange.expect('it does not confirm that it joins', {
      kind: FrameKind.confirm,
      take: confirm => {
        if (!proves(decodeConfirm(confirm), proveJoin(key, 'confirm', join, answer))) throw stranger()
        const late = session.objectionTo(id) // another track may have come in between
        if (late !== undefined) throw late
        exchange.put(encodeReady())
        exchange.succeed(session.maxFrame, handOver => {
          session.attach(id, track, handOver)
          return joined(session)
        })
      },
    })
  }
}

function stranger(): SignalboxError {
  return new SignalboxError(
    'AUTHENTICATION_FAILED',
    'the peer was not there when this session began; begin a new one',
  )
}

function unknownSession(): SignalboxError {
  return new SignalboxError('CLOSED', 'that session is over, or was never one of this node; begin a new one')
}
