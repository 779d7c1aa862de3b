import { describe, expect, it } from 'vitest'
import { SignalboxError } from '../../../src/core/contracts/index.js'
import { shakeHands } from '../../../src/core/link/handshake.js'
import { decodeRefuse } from '../../../src/core/link/handshake-frames.js'
import type { Hello, Link, Session } from '../../../src/core/link/index.js'
import { MessageTrack } from '../../../src/core/link/message-track.js'
import { StreamTrack } from '../../../src/core/link/stream-track.js'
import {
  type ConnectionPairOptions,
  connectionPair,
  type PairedConnection,
} from '../../../src/testing/connection-pair.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { bytes, linkEnd, linkPair, NOTHING, optionsOf, type Side, settle, text } from './link-pair.js'

const SECRET = bytes('a secret of this user')
const OTHER_SECRET = bytes('a secret of another user')
const REFUSE = 0x05

type Ending = PromiseSettledResult<Session>
type Tamper = (frame: Uint8Array, sender: Session['role'], index: number) => readonly Uint8Array[]

interface Meeting {
  readonly dialler: Ending
  readonly listener: Ending
  readonly connections: readonly [PairedConnection, PairedConnection]
  readonly clock: VirtualClock
}

/** Two sides shake hands over a wire on which somebody may change what is said. */
async function meet(
  dialler: Side = {},
  listener: Side = {},
  tamper: Tamper = frame => [frame],
): Promise<Meeting> {
  const clock = new VirtualClock()
  const [left, leftWire] = connectionPair()
  const [rightWire, right] = connectionPair()
  relay(leftWire, rightWire, 'dialler', tamper)
  relay(rightWire, leftWire, 'listener', tamper)
  const endings = Promise.allSettled([
    side('dialler', left, clock, dialler),
    side('listener', right, clock, listener),
  ])
  await settle()
  clock.advance(60_000) // who still waits gives up
  const [a, b] = await endings
  return { dialler: a, listener: b, connections: [left, right], clock }
}

function side(
  role: Session['role'],
  connection: PairedConnection,
  clock: VirtualClock,
  options: Side,
  random = new SeededRandom(role === 'dialler' ? 1 : 2),
): Promise<Session> {
  const whole = optionsOf(role === 'dialler' ? 'left' : 'right', options)
  return shakeHands(role, new MessageTrack(connection), { clock, random }, whole, ({ session }) => session)
}

function relay(from: PairedConnection, to: PairedConnection, sender: Session['role'], tamper: Tamper): void {
  let index = 0
  from.receive(frame => {
    for (const changed of tamper(frame.bytes.slice(), sender, index++)) to.send(changed)
  })
  void from.closed.then(() => to.close())
}

function codeOf(ending: Ending): string {
  return ending.status === 'rejected' ? ending.reason.code : 'established'
}

const messageOf = (ending: Ending): string => (ending.status === 'rejected' ? ending.reason.message : '')

const codes = ({ dialler, listener }: Meeting): string[] => [codeOf(dialler), codeOf(listener)]

describe('the secret', () => {
  it('lets in who knows it', async () => {
    expect(codes(await meet({ secret: SECRET }, { secret: SECRET }))).toEqual(['established', 'established'])
  })

  it.each([
    ['wrong', SECRET, OTHER_SECRET],
    ['missing at the listener', SECRET, NOTHING],
    ['missing at the dialler', NOTHING, SECRET],
  ])('[I12] %s: both sides hear that it was about authentication', async (_, mine, theirs) => {
    const meeting = await meet({ secret: mine }, { secret: theirs })
    expect(codes(meeting)).toEqual(['AUTHENTICATION_FAILED', 'AUTHENTICATION_FAILED'])
    expect(messageOf(meeting.listener)).toContain('the peer refused the handshake')
  })
})

describe('refusals', () => {
  it.each<[string, Side, Side, string]>([
    [
      'another namespace',
      { hello: { namespace: 'shop' } },
      { hello: { namespace: 'bank' } },
      'give both the same namespace',
    ],
    ['no common codec', { hello: { codecs: ['json'] } }, { hello: { codecs: ['xml'] } }, 'no common codec'],
    [
      'a node that dialled itself',
      { hello: { incarnation: new Uint8Array(16) } },
      { hello: { incarnation: new Uint8Array(16) } },
      'dialled itself',
    ],
  ])('%s: both sides end with the same story', async (_, dialler, listener, why) => {
    const meeting = await meet(dialler, listener)
    expect(codes(meeting)).toEqual(['HANDSHAKE_REFUSED', 'HANDSHAKE_REFUSED'])
    expect(messageOf(meeting.dialler)).toContain(why)
    expect(messageOf(meeting.listener)).toContain(why)
  })

  it.each(['dialler', 'listener'] as const)('the %s does not admit: the other side hears why', async role => {
    const admit = () => new SignalboxError('NAME_TAKEN', 'there is a node of that name')
    const meeting = await meet(role === 'dialler' ? { admit } : {}, role === 'listener' ? { admit } : {})
    const refused = role === 'dialler' ? meeting.listener : meeting.dialler
    expect(codeOf(meeting[role])).toBe('NAME_TAKEN')
    expect(refused).toMatchObject({
      reason: {
        code: 'HANDSHAKE_REFUSED',
        message: 'the peer refused the handshake: there is a node of that name',
        cause: { code: 'NAME_TAKEN' },
      },
    })
  })

  it('asks whether to admit only who proved to know the secret', async () => {
    const asked: string[] = []
    const admit = (theirs: Hello) => {
      asked.push(theirs.node)
      return undefined
    }
    await meet({ secret: SECRET, admit }, { secret: OTHER_SECRET, admit })
    expect(asked).toEqual([])
    await meet({ secret: SECRET, admit }, { secret: SECRET, admit })
    expect(asked).toEqual(['right', 'left'])
  })

  it('what admit throws refuses too', async () => {
    const admit = () => {
      throw new TypeError('a mistake in the rules')
    }
    expect(codes(await meet({}, { admit }))).toEqual(['HANDSHAKE_REFUSED', 'HANDSHAKE_REFUSED'])
  })

  it('chooses the first of the dialler’s codecs that the listener reads', async () => {
    const { dialler, listener } = await meet(
      { hello: { codecs: ['a', 'b', 'c'] } },
      { hello: { codecs: ['c', 'b'] } },
    )
    expect([dialler, listener]).toMatchObject([{ value: { codec: 'b' } }, { value: { codec: 'b' } }])
  })

  it('what no peer would read is said where it was set', async () => {
    const meeting = await meet({ hello: { node: 'n'.repeat(256) } })
    expect(meeting.dialler).toMatchObject({ reason: { code: 'LIMIT_EXCEEDED' } })
    expect((await meet({ hello: { maxFrame: Number.POSITIVE_INFINITY } })).dialler).toMatchObject({
      reason: { message: expect.stringContaining('maxFrame') },
    })
  })

  it('a track whose frames are too small is refused at once', async () => {
    const [left] = connectionPair({ maxFrame: 4095 })
    const track = new MessageTrack(left)
    const context = { clock: new VirtualClock(), random: new SeededRandom(1) }
    await expect(shakeHands('dialler', track, context, optionsOf('left'), () => {})).rejects.toMatchObject({
      code: 'FRAME_TOO_LARGE',
    })
  })

  it('what the host throws ends the connection, and nothing waits', async () => {
    const [left, right] = connectionPair()
    const clock = new VirtualClock()
    const context = { clock, random: new SeededRandom(1) }
    const failing = shakeHands('dialler', new MessageTrack(left), context, optionsOf('left'), () => {
      throw new TypeError('no host today')
    })
    const other = side('listener', right, clock, {})
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining('no host today') })
    await other
    expect(await right.closed).toEqual({ by: 'peer' })
    expect(clock.pending).toBe(0)
  })
})

describe('tampering', () => {
  it('[I12] no byte of hello, welcome or confirm can be changed: never are both sides established', async () => {
    const honest = await meet({ secret: SECRET }, { secret: SECRET })
    const [left, right] = honest.connections
    const [hello, confirm] = left.sent
    const [welcome] = right.sent
    const said = { dialler: [hello, confirm], listener: [welcome] }
    for (const sender of ['dialler', 'listener'] as const) {
      for (const [index, frame = NOTHING] of said[sender].entries()) {
        for (let at = 0; at < frame.length; at++) {
          const meeting = await meet({ secret: SECRET }, { secret: SECRET }, (original, by, which) => {
            if (by === sender && which === index) original[at] = (original[at] ?? 0) ^ (1 << (at % 8))
            return [original]
          })
          const where = `${sender} frame ${index} byte ${at}: ${codes(meeting)}`
          expect(codes(meeting), where).not.toContain('established')
          for (const code of codes(meeting)) {
            expect(['AUTHENTICATION_FAILED', 'HANDSHAKE_REFUSED', 'PROTOCOL_VIOLATION'], where).toContain(
              code,
            )
          }
        }
      }
    }
  })

  it('[I12] proofs of another handshake do not fit', async () => {
    const recorded = await meet({ secret: SECRET }, { secret: SECRET })
    const [left, right] = recorded.connections
    const replay: Record<string, Uint8Array | undefined> = {
      listener0: right.sent[0],
      dialler1: left.sent[1],
    }
    for (const replayed of ['listener0', 'dialler1']) {
      const meeting = await meetAgain((frame, sender, index) => [
        (replayed === `${sender}${index}` && replay[replayed]) || frame,
      ])
      expect(codes(meeting)).toEqual(['AUTHENTICATION_FAILED', 'AUTHENTICATION_FAILED'])
    }
  })

  it('[I12] a whole recorded dialler gets nowhere', async () => {
    const recorded = await meet({ secret: SECRET }, { secret: SECRET })
    const script = recorded.connections[0].sent
    const [left, right] = connectionPair()
    const listening = side('listener', right, new VirtualClock(), { secret: SECRET }, new SeededRandom(99))
    for (const frame of script) left.send(frame)
    await expect(listening).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
  })

  it('[I12] our own words sent back to us are not believed', async () => {
    const [left, right] = connectionPair()
    const clock = new VirtualClock()
    const [dialled, wire] = connectionPair()
    // Somebody in between lets the node speak with itself.
    relay(wire, left, 'dialler', frame => [frame])
    relay(left, wire, 'listener', frame => [frame])
    const secret = { secret: SECRET, hello: { node: 'self', incarnation: new Uint8Array(16).fill(5) } }
    const endings = await Promise.allSettled([
      side('dialler', dialled, clock, secret),
      side('listener', right, clock, secret),
    ])
    expect(endings.map(codeOf)).toEqual(['HANDSHAKE_REFUSED', 'HANDSHAKE_REFUSED'])
  })
})

/** The same sides at another time: other nonces. */
async function meetAgain(tamper: Tamper): Promise<Meeting> {
  const clock = new VirtualClock()
  const [left, leftWire] = connectionPair()
  const [rightWire, right] = connectionPair()
  relay(leftWire, rightWire, 'dialler', tamper)
  relay(rightWire, leftWire, 'listener', tamper)
  const [dialler, listener] = await Promise.allSettled([
    side('dialler', left, clock, { secret: SECRET }, new SeededRandom(3)),
    side('listener', right, clock, { secret: SECRET }, new SeededRandom(4)),
  ])
  return { dialler, listener, connections: [left, right], clock }
}

describe('peers that are none', () => {
  const random = new SeededRandom(5)
  const strangers: [string, Uint8Array][] = [
    ['an HTTP client', bytes('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a TLS client', Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03)],
    ['random bytes', random.bytes(200)],
    ['zeros', new Uint8Array(64)],
    ['the largest length', new Uint8Array(8).fill(0xff)],
  ]
  for (const role of ['dialler', 'listener'] as const) {
    for (const boundaries of ['message', 'stream'] as const) {
      it.each(strangers)(`[I12] the ${role} turns away, over a ${boundaries} track: %s`, async (_, said) => {
        const { ending, stranger, clock } = strangerAt(role, boundaries)
        stranger.send(said)
        await settle()
        clock.advance(5000) // what a stream takes for a length, it waits for
        const codes = ['PROTOCOL_VIOLATION', 'TIMEOUT']
        await expect(ending).rejects.toSatisfy(error => codes.includes((error as SignalboxError).code))
        expect((await stranger.closed).by).toBe('peer')
        expect(clock.pending).toBe(0)
      })
    }

    it(`[I12] the ${role} takes no frame over 4096 B, nor memory for it`, async () => {
      for (const boundaries of ['message', 'stream'] as const) {
        const { ending, stranger } = strangerAt(role, boundaries)
        stranger.send(boundaries === 'stream' ? Uint8Array.of(1, 16, 0, 0) : new Uint8Array(4097))
        await expect(ending).rejects.toMatchObject({
          code: 'PROTOCOL_VIOLATION',
          message: expect.stringContaining('4097 B is over the 4096 B'),
        })
      }
    })

    it(`[I12] the ${role} gives up a peer that sends its frame for ever`, async () => {
      const { ending, stranger, clock } = strangerAt(role, 'stream')
      stranger.send(Uint8Array.of(0, 1, 0, 0))
      for (let second = 0; second < 5; second++) {
        stranger.send(Uint8Array.of(1))
        await settle()
        clock.advance(1000)
      }
      await expect(ending).rejects.toMatchObject({ code: 'TIMEOUT' })
      expect(clock.pending).toBe(0)
    })

    it(`the ${role} says that the peer closed`, async () => {
      const { ending, stranger } = strangerAt(role, 'message')
      await stranger.close()
      await expect(ending).rejects.toMatchObject({ code: 'CLOSED' })
    })

    it(`the ${role} says why the track broke`, async () => {
      const { ending, stranger } = strangerAt(role, 'message')
      stranger.cut()
      await expect(ending).rejects.toMatchObject({ code: 'SYSTEM' })
    })

    it(`the ${role} stops when it is aborted, before and while it waits`, async () => {
      const early = strangerAt(role, 'message', AbortSignal.abort('too late'))
      await expect(early.ending).rejects.toMatchObject({ code: 'ABORTED', cause: 'too late' })
      const abort = new AbortController()
      const late = strangerAt(role, 'message', abort.signal)
      await settle()
      abort.abort('enough')
      await expect(late.ending).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
      expect((await late.stranger.closed).by).toBe('peer')
      expect([early.clock.pending, late.clock.pending]).toEqual([0, 0])
    })
  }

  it('[I12] a refused peer that does not read is not waited for', async () => {
    const { ending, stranger, ours, clock } = strangerAt('listener', 'message')
    const close = ours.close.bind(ours)
    ours.close = () => ours.closed.then(() => close()) // as a socket whose peer does not read: it never drains
    stranger.send(bytes('GET /'))
    await expect(ending).rejects.toMatchObject({ code: 'PROTOCOL_VIOLATION' })
    clock.advance(2000)
    expect((await stranger.closed).by).toBe('peer')
  })

  it('nothing answers a refusal', async () => {
    const meeting = await meet({ secret: SECRET }, { secret: OTHER_SECRET })
    const refusals = meeting.connections.flatMap(({ sent }) => sent.filter(frame => frame[0] === REFUSE))
    expect(refusals.map(frame => decodeRefuse(frame).code)).toEqual(['AUTHENTICATION_FAILED'])
  })

  it('[I12] what comes after a refusal is of no interest', async () => {
    const { ending, stranger, ours } = strangerAt('listener', 'message')
    stranger.send(bytes('GET /'))
    for (let index = 0; index < 100; index++) stranger.send(new Uint8Array(100))
    await expect(ending).rejects.toMatchObject({ code: 'PROTOCOL_VIOLATION' })
    await settle()
    expect(ours.sent).toHaveLength(1)
  })
})

/** One side, and whoever is at the other end. */
function strangerAt(role: Session['role'], boundaries: 'message' | 'stream', signal?: AbortSignal) {
  const [stranger, ours] = connectionPair()
  stranger.receive(() => {})
  const clock = new VirtualClock()
  const track = boundaries === 'stream' ? new StreamTrack(ours) : new MessageTrack(ours)
  const options = { ...optionsOf('us'), ...(signal === undefined ? {} : { signal }) }
  const ending = shakeHands(role, track, { clock, random: new SeededRandom(6) }, options, () => {})
  ending.catch(() => {}) // a test looks at it later
  return { stranger, ours, clock, ending }
}

describe('what follows in the same piece', () => {
  const glued: ConnectionPairOptions = { pieces: () => Number.POSITIVE_INFINITY }

  it.each(['dialler', 'listener'] as const)('is received by the %s’s link', async role => {
    const clock = new VirtualClock()
    const [left, right] = connectionPair(glued)
    const got: string[] = []
    const control = { accept: (message: Uint8Array) => void got.push(text(message)) }
    const other = role === 'dialler' ? 'listener' : 'dialler'
    const [connection, others] = role === 'dialler' ? [left, right] : [right, left]
    const link = linkEnd(role, connection, clock, { host: { control } }, 'stream')
    const attached = (its: Link) => void its.control.offer(NOTHING, bytes('at once'), { settle: () => {} })
    await linkEnd(other, others, clock, { host: { attached } }, 'stream')
    expect((await link).ended).toBe(false)
    await settle()
    expect(got).toEqual(['at once'])
  })
})

describe('incarnations', () => {
  it('[I1] the two sides agree on both incarnations and the epoch', async () => {
    const { dialler, listener } = await meet({ epoch: 7 }, { epoch: 99 })
    if (dialler.status === 'rejected' || listener.status === 'rejected') throw new Error('not established')
    expect(dialler.value.epoch).toBe(7)
    expect(listener.value.epoch).toBe(7)
    expect(listener.value.theirs.incarnation).toEqual(dialler.value.mine.incarnation)
    expect(dialler.value.theirs.incarnation).toEqual(listener.value.mine.incarnation)
  })

  it('[I1] a restarted node is another one to its peer, and its session starts afresh', async () => {
    const got: string[] = []
    const seen: Uint8Array[] = []
    const right: Side = {
      host: { laneOpened: () => ({ accept: message => void got.push(text(message)) }) },
      admit: theirs => {
        seen.push(theirs.incarnation)
        return undefined
      },
    }
    const lives = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]
    for (const incarnation of lives) {
      const pair = await linkPair({ hello: { incarnation } }, right)
      const lane = pair.left.openLane(bytes('x'))
      for (let index = 1; index <= 20; index++) await lane.send(NOTHING, bytes(`${index}`))
      pair.connections[0].cut()
      await pair.left.closed
      // The first message of every session has number 1 in lane 2, however many the last session had.
      const first = pair.connections[0].sent.find(frame => frame[0] === 0x11)
      expect([...(first ?? [])].slice(0, 3)).toEqual([0x11, 2, 1])
    }
    expect(seen).toEqual(lives)
    expect(got).toEqual([...numbers(20), ...numbers(20)])
  })

  it('[I1] what is recorded from one session means nothing in the next one', async () => {
    const first = await linkPair()
    const lane = first.left.openLane(bytes('x'))
    for (let index = 0; index < 5; index++) await lane.send(NOTHING, bytes('x'))
    const recorded = first.connections[0].sent.at(-1) ?? NOTHING
    await first.left.close()
    const got: string[] = []
    const second = await linkPair(
      {},
      { host: { laneOpened: () => ({ accept: m => void got.push(text(m)) }) } },
    )
    second.left.openLane(bytes('x'))
    second.connections[0].send(recorded)
    await settle()
    expect(got).toEqual([])
    expect(await second.right.closed).toMatchObject({ error: { code: 'PROTOCOL_VIOLATION' } })
  })

  it('[I1] credit does not cross either: a new session grants its own window and nothing else', async () => {
    const window = { messages: 2, bytes: 100 }
    for (let session = 0; session < 3; session++) {
      const { left } = await linkPair({}, { hello: { window }, host: { laneOpened: () => never } })
      const lane = left.openLane(bytes('x'))
      const taken = [1, 2, 3].map(() => lane.offer(NOTHING, bytes('x'), { settle: () => {} }))
      expect(taken).toEqual([true, true, false])
      left.abort()
    }
  })
})

const never = { accept: () => new Promise<void>(() => {}) }
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index + 1}`)
