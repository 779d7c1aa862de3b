import { describe, expect, it } from 'vitest'
import { SignalboxError } from '../../../src/core/contracts/index.js'
import { readFrame } from '../../../src/core/link/frame-reader.js'
import { encodeBye, encodeEnd, encodeOpen, encodePing } from '../../../src/core/link/frame-writer.js'
import { FrameKind } from '../../../src/core/link/frames.js'
import { ByteReader, ByteWriter, type LaneSink } from '../../../src/core/link/index.js'
import { bytes, linkPair, NOTHING, type Side, settle, text } from './link-pair.js'
import { type RawPeer, rawPeer } from './raw-peer.js'

// What a frame by itself may not say is in docs/wire-protocol.md. Here is what a peer could do with frames
// that are allowed, one by one.

const data = (lane: number, sequence: number, message: Uint8Array): Uint8Array =>
  new ByteWriter().u8(FrameKind.data).varint(lane).varint(sequence).raw(message).done()

const part = (lane: number, sequence: number, offset: number, total: number, bytes: Uint8Array) =>
  new ByteWriter()
    .u8(FrameKind.part)
    .varint(lane)
    .varint(sequence)
    .varint(offset)
    .varint(total)
    .raw(bytes)
    .done()

const refusing: LaneSink = {
  accept: () => {
    throw new SignalboxError('PAYLOAD_INVALID', 'x'.repeat(2000))
  },
}

/** Accepts nothing. */
const unmoved: LaneSink = { accept: () => new Promise(() => {}) }

/** A peer that finished the handshake and then never reads. */
async function deafPeer(side: Side, hello: Side = {}): Promise<RawPeer> {
  const peer = await rawPeer(side, hello, { capacity: 4096 })
  peer.connection.pause()
  return peer
}

describe('a peer that does not read', () => {
  it('[I12] cannot make rejections pile up beyond its credit, and those that wait are short', async () => {
    const messages = 5000
    const hello = { window: { messages, bytes: 1_000_000 } }
    const peer = await deafPeer({ hello, host: { laneOpened: () => refusing } })
    await peer.say(encodeOpen(2, NOTHING))
    for (let sequence = 1; sequence <= messages; sequence++)
      peer.itsConnection.deliver(data(2, sequence, NOTHING))
    await settle()
    expect(peer.link.ended).toBe(false)
    peer.connection.resume()
    await settle()
    const waited = peer.heard.reduce((sum, frame) => sum + frame.length, 0)
    expect(waited).toBeLessThan(messages * 25 + 400 * 400)
    expect(rejections(peer)).toHaveLength(messages)
  })

  it('[I12] cannot end a lane before it heard the fate of its messages, to get a fresh one', async () => {
    const peer = await deafPeer({ host: { laneOpened: () => refusing } })
    for (let lane = 2; lane < 1000 && !peer.link.ended; lane++) {
      await peer.say(encodeOpen(lane, NOTHING), data(lane, 1, NOTHING), encodeEnd(lane))
    }
    expect(await peer.ending()).toMatchObject({ error: { code: 'PROTOCOL_VIOLATION' } })
  })

  it('[I12] gets no answer to a flood of pings, and one ping at most waits for it', async () => {
    const peer = await deafPeer({})
    const sent = peer.itsConnection.sent.length
    for (let count = 0; count < 20_000; count++) peer.itsConnection.deliver(encodePing())
    await settle()
    expect(peer.itsConnection.sent).toHaveLength(sent)
    peer.link.control.offer(NOTHING, new Uint8Array(900), { settle: () => {} })
    for (let second = 0; second < 5000; second++) {
      peer.itsConnection.deliver(encodePing())
      await Promise.resolve()
      peer.clock.advance(1000)
    }
    expect(peer.link.ended).toBe(false)
    peer.connection.resume()
    await settle()
    expect(peer.heard.filter(frame => frame[0] === FrameKind.ping).length).toBeLessThan(4100)
  })

  it('[I12] is offered no more lanes than it takes, however often lanes end', async () => {
    const peer = await deafPeer({}, { hello: { lanes: 10 } })
    let opened = 0
    const openAndEnd = () => {
      for (; opened < 100_000; opened++) peer.link.openLane(new Uint8Array(500)).end()
    }
    expect(openAndEnd).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
    expect(opened).toBe(10)
    peer.connection.resume()
    await settle()
    expect(openAndEnd).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
    expect(opened).toBe(20)
  })

  it('[I12] says BYE and is not waited for', async () => {
    const peer = await deafPeer({})
    const close = peer.itsConnection.close.bind(peer.itsConnection)
    peer.itsConnection.close = () => peer.itsConnection.closed.then(() => close())
    await peer.say(encodeBye())
    expect(await peer.link.closed).toEqual({ by: 'peer' })
    peer.clock.advance(2000)
    expect(await peer.itsConnection.closed).toEqual({ by: 'us' })
    await settle()
    expect(peer.clock.pending).toBe(0)
  })
})

describe('a peer that promises much', () => {
  it('[I12] gets memory for what it sent, not for what it announced', async () => {
    const maxMessage = 2 ** 30
    const peer = await rawPeer({ hello: { maxMessage, lanes: 500 } })
    const before = process.memoryUsage().arrayBuffers
    for (let lane = 2; lane < 500; lane++) {
      await Promise.resolve()
      peer.itsConnection.deliver(encodeOpen(lane, NOTHING))
      peer.itsConnection.deliver(part(lane, 1, 0, maxMessage, bytes('x')))
    }
    await settle()
    expect(peer.link.ended).toBe(false)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24)
  })

  it('[I12] may hold one message over the window in its lanes, and one in each reserved lane', async () => {
    const window = { messages: 4, bytes: 100 }
    const peer = await rawPeer({ hello: { maxMessage: 10_000, window } })
    const lanes = [0, 1, 2, 3, 4]
    for (const lane of [2, 3, 4]) await peer.say(encodeOpen(lane, NOTHING))
    for (const lane of lanes) await peer.say(part(lane, 1, 0, 10_000, new Uint8Array(100)))
    expect(grants(peer).map(grant => grant.lane)).toEqual([0, 1, 2])
    for (const lane of [0, 1, 2]) await peer.say(part(lane, 1, 100, 10_000, new Uint8Array(100)))
    expect(peer.link.ended).toBe(false)
    await peer.say(part(3, 1, 100, 10_000, bytes('x')))
    expect(await peer.ending()).toMatchObject({ error: { code: 'PROTOCOL_VIOLATION' } })
  })

  it('sends a message in parts of one byte, and it arrives', async () => {
    const got: string[] = []
    const control: LaneSink = { accept: message => void got.push(text(message)) }
    const peer = await rawPeer({ host: { control } })
    const message = bytes('abcdefghij'.repeat(400))
    for (let at = 0; at < message.length; at++) {
      peer.itsConnection.deliver(part(0, 1, at, message.length, message.subarray(at, at + 1)))
    }
    await settle()
    expect(got).toEqual([text(message)])
    expect(peer.link.traffic.received).toEqual({ messages: 1, bytes: 4000 })
  })
})

describe('a peer that comes and goes', () => {
  it('[I12] leaves nothing behind of lanes that ended', async () => {
    let over = 0
    const sink: LaneSink = { accept: () => {}, ended: () => void over++ }
    const peer = await rawPeer({ hello: { lanes: 1 }, host: { laneOpened: () => sink } })
    for (let lane = 2; lane < 300; lane++) {
      await peer.say(encodeOpen(lane, NOTHING), data(lane, 1, NOTHING))
      await peer.say(encodeEnd(lane))
      expect(over).toBe(lane - 1)
    }
    await peer.say(encodeOpen(2 ** 40, NOTHING)) // there is room for one, still
    expect(peer.link.ended).toBe(false)
  })

  it('[I12] delivers nothing after its violation, not even what came before and waits', async () => {
    const got: string[] = []
    let accept = () => {}
    const control: LaneSink = {
      accept: message => {
        got.push(text(message))
        return new Promise<void>(resolve => {
          accept = resolve
        })
      },
    }
    const peer = await rawPeer({ host: { control } })
    await peer.say(data(0, 1, bytes('one')), data(0, 2, bytes('two')), bytes('?'), data(0, 3, bytes('three')))
    accept()
    expect(await peer.ending()).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
    expect(got).toEqual(['one'])
    expect(await peer.connection.closed).toEqual({ by: 'peer' })
  })

  it('a grant for a lane that has ended means nothing', async () => {
    const peer = await rawPeer()
    const lane = peer.link.openLane(NOTHING)
    lane.end()
    await settle()
    await peer.say(
      new ByteWriter().u8(FrameKind.grant).varint(lane.id).varint(0).varint(99).varint(99).done(),
    )
    expect(peer.link.ended).toBe(false)
  })

  it('grants that come late or twice, or go back, change nothing', async () => {
    const peer = await rawPeer({}, { hello: { window: { messages: 2, bytes: 10 } } })
    const lane = peer.link.openLane(NOTHING)
    const offer = () => lane.offer(NOTHING, bytes('x'), { settle: () => {} })
    const grant = (sequence: number, messages: number) =>
      new ByteWriter()
        .u8(FrameKind.grant)
        .varint(lane.id)
        .varint(sequence)
        .varint(messages)
        .varint(100)
        .done()
    expect([offer(), offer(), offer()]).toEqual([true, true, false])
    await peer.say(grant(2, 4), grant(1, 3), grant(2, 4), grant(0, 0))
    expect([offer(), offer(), offer()]).toEqual([true, true, false])
    expect(peer.link.ended).toBe(false)
  })
})

describe('a peer that broke the rules', () => {
  const nonsense = bytes('?')
  const said = expect.stringContaining('not a kind of frame')

  it('[I12] hears why, and so do those who wait for it', async () => {
    const { left, right, connections } = await linkPair({}, { host: { laneOpened: () => unmoved } })
    const sent = left.openLane(NOTHING).send(NOTHING, bytes('x'))
    const outcome = sent.catch((error: unknown) => error)
    await settle()
    connections[1].deliver(nonsense)
    expect(await right.closed).toMatchObject({
      by: 'fault',
      error: { code: 'PROTOCOL_VIOLATION', message: said },
    })
    const told = { code: 'PROTOCOL_VIOLATION', message: expect.stringContaining('right ended the session') }
    expect(await left.closed).toMatchObject({ by: 'fault', error: { ...told, cause: { message: said } } })
    expect(await outcome).toMatchObject({ code: 'PEER_LOST', cause: told })
  })

  it('[I12] and does not read hears why when it reads again, and is not waited for', async () => {
    for (const readsAgain of [true, false]) {
      const peer = await deafPeer({})
      while (peer.link.control.offer(NOTHING, new Uint8Array(900), { settle: () => {} }));
      await peer.say(nonsense)
      expect(await peer.ending()).toMatchObject({ error: { code: 'PROTOCOL_VIOLATION' } })
      if (readsAgain) peer.connection.resume()
      else peer.clock.advance(2000)
      await peer.itsConnection.closed
      await settle()
      expect(peer.heard.some(frame => frame[0] === FrameKind.fault)).toBe(readsAgain)
      expect(peer.clock.pending).toBe(0)
    }
  })
})

/** What the peer heard of grants, in their order. */
function grants(peer: RawPeer): { lane: number; bytes: number }[] {
  const heard: { lane: number; bytes: number }[] = []
  listen(peer, { grant: (lane, _sequence, _messages, bytes) => void heard.push({ lane, bytes }) })
  return heard
}

function rejections(peer: RawPeer): number[] {
  const heard: number[] = []
  listen(peer, { reject: (_lane, sequence) => void heard.push(sequence) })
  return heard
}

function listen(peer: RawPeer, to: Partial<Parameters<typeof readFrame>[1]>): void {
  const nothing = () => {}
  const rest = { open: nothing, data: nothing, part: nothing, end: nothing, grant: nothing, reject: nothing }
  const link = { ping: nothing, bye: nothing, fault: nothing, ack: nothing, retired: nothing, drain: nothing }
  for (const frame of peer.heard) readFrame(new ByteReader(frame), { ...rest, ...link, ...to })
}
