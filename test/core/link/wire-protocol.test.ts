import { describe, expect, it } from 'vitest'
import { type ErrorCode, SignalboxError } from '../../../src/core/contracts/index.js'
import { sessionKey } from '../../../src/core/link/authentication.js'
import { type FrameReceiver, readFrame } from '../../../src/core/link/frame-reader.js'
import { FrameRoom } from '../../../src/core/link/frame-room.js'
import {
  ackLength,
  dataLength,
  encodeBye,
  encodeDrain,
  encodeEnd,
  encodeFault,
  encodeOpen,
  encodePing,
  encodeReject,
  encodeRetired,
  grantLength,
  partLength,
  writeAck,
  writeData,
  writeGrant,
  writePart,
} from '../../../src/core/link/frame-writer.js'
import {
  type HandshakeOptions,
  receiveTrack,
  type Session,
  shakeHands,
} from '../../../src/core/link/handshake.js'
import {
  decodeConfirm,
  decodeHello,
  decodeReady,
  decodeRefuse,
  decodeWelcome,
  encodeReady,
  encodeRefuse,
} from '../../../src/core/link/handshake-frames.js'
import { ByteReader, ByteWriter, type LaneSink } from '../../../src/core/link/index.js'
import { type Joinable, joinSession } from '../../../src/core/link/join.js'
import { MessageTrack } from '../../../src/core/link/message-track.js'
import { StreamTrack } from '../../../src/core/link/stream-track.js'
import { varintLength } from '../../../src/core/link/varint.js'
import { connectionPair } from '../../../src/testing/connection-pair.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { NOTHING, settle, text } from './link-pair.js'
import { rawPeer } from './raw-peer.js'
import { type Fields, fromHex, toHex, type Vector, vectorsOf } from './vectors.js'

describe('varints', () => {
  it.each(vectorsOf('varint'))('$name', ({ fields, bytes }) => {
    const value = fields.number('value')
    expect(toHex(new ByteWriter().varint(value).done())).toBe(toHex(bytes))
    expect(varintLength(value)).toBe(bytes.length)
    const reader = new ByteReader(bytes)
    expect(reader.varint()).toBe(value)
    reader.end()
  })

  it.each(vectorsOf('malformed varint'))('[I12] refuses a $name', ({ fields, bytes }) => {
    expect(() => new ByteReader(bytes).varint()).toThrow(
      expect.objectContaining({
        code: 'PROTOCOL_VIOLATION',
        message: expect.stringContaining(fields.text('violation')),
      }),
    )
  })
})

describe('frames', () => {
  it.each(vectorsOf('frame'))('encodes: $name', ({ fields, bytes }) => {
    expect(toHex(encode(fields))).toBe(toHex(bytes))
  })

  it.each(vectorsOf('frame'))('decodes: $name', ({ fields, bytes }) => {
    expect(decode(bytes)).toEqual(fields.values)
  })

  it.each(vectorsOf('frame'))(
    '[I12] refuses at every length but the right one: $name',
    ({ bytes, fields }) => {
      const open = ['open', 'data', 'part'].includes(fields.text('kind')) // the rest is theirs, however long
      const lengths = Array.from({ length: bytes.length }, (_, length) => length)
      for (const length of lengths.slice(0, open ? 1 : undefined)) {
        expect(() => decode(bytes.subarray(0, length)), `${length} B`).toThrow('broke the wire protocol')
      }
      if (!open) expect(() => decode(fromHex(`${toHex(bytes)}00`))).toThrow('behind the end')
    },
  )

  it('has a vector for every kind', () => {
    const joining = vectorsOf('join').map(v => v.fields.text('frame'))
    const kinds = [...vectorsOf('frame').map(v => v.fields.text('kind')), ...handshakes('frame'), ...joining]
    const all =
      'hello welcome confirm ready refuse join joined open data part end grant reject ping bye ack retired drain fault'
    expect(new Set(kinds)).toEqual(new Set(all.split(' ')))
  })
})

describe('the handshake', () => {
  it.each(['with a secret', 'without a secret'])('is said to the byte: %s', async tag => {
    const [hello, welcome, confirm, ready] = vectorsOf('handshake').filter(v => v.name.startsWith(tag)) as [
      Vector,
      Vector,
      Vector,
      Vector,
    ]
    const [left, right] = connectionPair()
    const [theirs, ours] = await Promise.all([
      greet('dialler', left, hello.fields),
      greet('listener', right, welcome.fields),
    ])
    expect(left.sent.map(toHex)).toEqual([hello, confirm].map(vector => toHex(vector.bytes)))
    expect(right.sent.map(toHex)).toEqual([welcome, ready].map(vector => toHex(vector.bytes)))
    expect(theirs).toMatchObject({
      codec: welcome.fields.text('chosen'),
      epoch: hello.fields.number('epoch'),
    })
    expect(ours).toMatchObject({ codec: theirs.codec, epoch: theirs.epoch, theirs: theirs.mine })
  })

  it.each(vectorsOf('handshake'))('reads: $name', ({ fields, bytes }) => {
    switch (fields.text('frame')) {
      case 'hello':
        expect(decodeHello(bytes)).toEqual({ hello: helloOf(fields, fields.names('codecs')), body: bytes })
        break
      case 'welcome': {
        const { hello, proof } = decodeWelcome(bytes)
        expect(hello).toEqual(helloOf(fields, [fields.text('chosen')]))
        expect(toHex(proof)).toBe(fields.text('proof'))
        break
      }
      case 'confirm':
        expect(toHex(decodeConfirm(bytes))).toBe(fields.text('proof'))
        break
      default:
        decodeReady(bytes)
    }
  })

  it.each(vectorsOf('bad hello'))('[I12] refuses: $name', async ({ fields, bytes }) => {
    const listener = vectorsOf('handshake')[1] as Vector
    const [left, right] = connectionPair()
    const ending = greet('listener', right, listener.fields)
    const heard: Uint8Array[] = []
    left.receive(frame => heard.push(frame.bytes.slice()))
    left.send(bytes)
    await expect(ending).rejects.toMatchObject({
      code: fields.text('code'),
      message: expect.stringContaining(fields.text('because')),
    })
    await settle()
    expect(heard.map(decodeRefuse)).toEqual([
      { code: fields.text('code'), text: expect.stringContaining(fields.text('because')) },
    ])
  })
})

describe('a further track', () => {
  it('joins to the byte, and both sides know the token and key without saying them', async () => {
    const [join, joined, confirm] = vectorsOf('join') as [Vector, Vector, Vector]
    const token = join.fields.bytes('token')
    const key = fromHex('c0c1c2c3c4c5c6c7c8c9cacbcccdcecf')
    const [left, right] = connectionPair()
    const attached: number[] = []
    const session: Joinable = {
      key: { token, key },
      maxFrame: 4096,
      objectionTo: () => undefined,
      attach: id => void attached.push(id),
    }
    const context = (nonce: Uint8Array) => ({ clock: new VirtualClock(), random: { bytes: () => nonce } })
    const listener = (vectorsOf('handshake')[1] as Vector).fields
    const options = { hello: helloOf(listener, listener.names('codecs')), secret: NOTHING }
    await Promise.all([
      joinSession(
        session,
        join.fields.number('track'),
        new MessageTrack(left),
        context(join.fields.bytes('nonce')),
        {},
      ),
      receiveTrack(
        new MessageTrack(right),
        context(joined.fields.bytes('nonce')),
        options,
        () => {},
        named => (toHex(named) === toHex(token) ? session : undefined),
        () => {},
      ),
    ])
    expect(left.sent.map(toHex)).toEqual([join, confirm].map(vector => toHex(vector.bytes)))
    expect(right.sent.map(toHex)).toEqual([toHex(joined.bytes), '04'])
    expect(attached).toEqual([2, 2])
  })

  it.each(vectorsOf('session key'))('$name', ({ fields, bytes }) => {
    const [hello, welcome] = vectorsOf('handshake') as [Vector, Vector]
    const { token, key } = sessionKey(fields.bytes('secret'), hello.bytes, welcome.bytes)
    expect(toHex(token) + toHex(key)).toBe(toHex(bytes))
  })
})

describe('streams', () => {
  it.each(vectorsOf('stream'))('frames $name, and reads it however it was cut', async ({ fields, bytes }) => {
    const frames = fields.list('frames')
    const [left] = connectionPair()
    const track = new StreamTrack(left)
    for (const frame of frames) {
      track.reserve(frame.length)?.raw(frame)
      track.commit()
    }
    expect(toHex(Buffer.concat(left.sent))).toBe(toHex(bytes))
    for (let piece = 1; piece <= bytes.length; piece++) {
      const [sender, receiver] = connectionPair({ pieces: () => piece })
      const heard: string[] = []
      const reading = new StreamTrack(receiver)
      reading.expect(4096)
      reading.receive(frame => heard.push(toHex(frame.rest())))
      sender.send(bytes)
      await settle()
      expect(heard, `pieces of ${piece} B`).toEqual(frames.map(toHex))
    }
  })
})

describe('what a session does not allow', () => {
  it.each(vectorsOf('malformed'))('[I12] $name', async ({ fields, bytes }) => {
    const { window, lanes, maxFrame, maxMessage } = helloOf((vectorsOf('handshake')[1] as Vector).fields, [])
    const got: string[] = []
    const accepting: LaneSink = { accept: message => void got.push(text(message)) }
    const waiting: LaneSink = { accept: () => new Promise(() => {}) }
    const peer = await rawPeer({
      hello: { window, lanes, maxFrame, maxMessage },
      host: { control: accepting, laneOpened: label => (text(label) === 'wait' ? waiting : accepting) },
    })
    peer.link.control.offer(NOTHING, fromHex('01'), { settle: () => {} })
    await peer.say(...fields.list('before'))
    expect(peer.link.ended, 'before the violation').toBe(false)
    const before = [...got]
    await peer.say(bytes)
    expect(await peer.ending()).toMatchObject({
      by: 'fault',
      error: { code: 'PROTOCOL_VIOLATION', message: expect.stringContaining(fields.text('violation')) },
    })
    expect(got, 'nothing was delivered').toEqual(before)
    expect(peer.clock.pending).toBe(0)
  })
})

/** Every frame kind has a writer; handshake frames with proofs are proven by the whole handshake. */
function encode(fields: Fields): Uint8Array {
  const lane = () => fields.number('lane')
  const sequence = () => fields.number('sequence')
  switch (fields.text('kind')) {
    case 'open':
      return encodeOpen(lane(), fields.bytes('label'))
    case 'data': {
      const message = fields.bytes('message')
      const half = message.length >> 1
      const length = dataLength(lane(), sequence(), message.length)
      return inPlace(length, room =>
        writeData(room, lane(), sequence(), message.subarray(0, half), message.subarray(half)),
      )
    }
    case 'part': {
      const part = fields.bytes('part')
      const [offset, total] = [fields.number('offset'), fields.number('total')]
      const length = partLength(lane(), sequence(), offset, total, part.length)
      return inPlace(length, room => writePart(room, lane(), sequence(), offset, total, part))
    }
    case 'end':
      return encodeEnd(lane())
    case 'grant': {
      const [messages, bytes] = [fields.number('messages'), fields.number('bytes')]
      const length = grantLength(lane(), sequence(), messages, bytes)
      return inPlace(length, room => writeGrant(room, lane(), sequence(), messages, bytes))
    }
    case 'reject':
      return encodeReject(lane(), sequence(), fields.text('code') as ErrorCode, fields.text('text'))
    case 'ping':
      return encodePing()
    case 'bye':
      return encodeBye()
    case 'fault':
      return encodeFault(new SignalboxError(fields.text('code') as ErrorCode, fields.text('text')))
    case 'ack': {
      const count = fields.number('count')
      return inPlace(ackLength(count), room => writeAck(room, count))
    }
    case 'retired':
      return encodeRetired(fields.number('track'), fields.number('count'))
    case 'drain':
      return encodeDrain()
    case 'ready':
      return encodeReady()
    default:
      return encodeRefuse(fields.text('code') as ErrorCode, fields.text('text'))
  }
}

function inPlace(length: number, write: (room: FrameRoom) => void): Uint8Array {
  const bytes = new Uint8Array(length + 2).fill(0xee)
  write(new FrameRoom().reset(bytes, 1, length + 1))
  expect([bytes[0], bytes[length + 1]], 'what surrounds the room').toEqual([0xee, 0xee])
  return bytes.subarray(1, length + 1)
}

/** What a frame says, in the words of the vectors. */
function decode(bytes: Uint8Array): unknown {
  if (bytes[0] === 0x04) {
    decodeReady(bytes)
    return { kind: 'ready' }
  }
  if (bytes[0] === 0x05) return { kind: 'refuse', ...decodeRefuse(bytes) }
  let said: unknown
  const say = (kind: string, fields: object) => {
    said = { kind, ...fields }
  }
  const receiver: FrameReceiver = {
    open: (lane, label) => say('open', { lane, label: toHex(label) }),
    data: (lane, sequence, message) => say('data', { lane, sequence, message: toHex(message.rest()) }),
    part: (lane, sequence, offset, total, part) =>
      say('part', { lane, sequence, offset, total, part: toHex(part) }),
    end: lane => say('end', { lane }),
    grant: (lane, sequence, messages, bytes) => say('grant', { lane, sequence, messages, bytes }),
    reject: (lane, sequence, reason) => say('reject', { lane, sequence, ...reason }),
    ping: () => say('ping', {}),
    bye: () => say('bye', {}),
    fault: reason => say('fault', { ...reason }),
    ack: count => say('ack', { count }),
    retired: (track, count) => say('retired', { track, count }),
    drain: () => say('drain', {}),
  }
  readFrame(new ByteReader(bytes), receiver)
  return said
}

function handshakes(field: string): string[] {
  return vectorsOf('handshake').map(vector => vector.fields.text(field))
}

function helloOf(fields: Fields, codecs: readonly string[]): Session['mine'] {
  const window = fields.within('window')
  return {
    node: fields.text('node'),
    namespace: fields.text('namespace'),
    incarnation: fields.bytes('incarnation'),
    epoch: fields.number('epoch'),
    codecs,
    window: { messages: window.number('messages'), bytes: window.number('bytes') },
    lanes: fields.number('lanes'),
    maxFrame: fields.number('maxFrame'),
    maxMessage: fields.number('maxMessage'),
    heartbeat: fields.number('heartbeat'),
    nonce: fields.bytes('nonce'),
  }
}

/** One side of the handshake, as a vector describes it. */
function greet(
  role: Session['role'],
  connection: ConstructorParameters<typeof MessageTrack>[0],
  fields: Fields,
): Promise<Session> {
  const hello = helloOf(fields, fields.names('codecs'))
  const options: HandshakeOptions = { hello, epoch: hello.epoch, secret: fields.bytes('secret') }
  const context = { clock: new VirtualClock(), random: { bytes: () => hello.nonce } }
  return shakeHands(role, new MessageTrack(connection), context, options, ({ session }) => session)
}
