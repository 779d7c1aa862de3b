import { describe, expect, inject, it } from 'vitest'
import type { Connection } from '../../../src/core/contracts/index.js'
import { type FrameReceiver, readFrame } from '../../../src/core/link/frame-reader.js'
import { FrameKind } from '../../../src/core/link/frames.js'
import { ByteReader, type LaneSink, type Link } from '../../../src/core/link/index.js'
import { connectionPair } from '../../../src/testing/connection-pair.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { type Credit, LaneModel } from './lane-model.js'
import { bytes, linkEnd, linkPair, NOTHING, type Side, settle, text } from './link-pair.js'
import { observed } from './observed.js'

/** Under Wine the code is the same, and only slower: a sample is enough there. */
const share = inject('project') === 'wine' ? 10 : 1
const seed = Date.now() % 1_000_000

describe('credit under chance', () => {
  it('[I7] no sender exceeds what it heard of, and every message is settled when the receiver goes on', async test => {
    const tally = tallied(test, seed, { schedules: 0 })
    for (const round of rounds(300 / share, 300_000)) {
      await randomSchedule(seed + round)
      tally.schedules++
    }
  })
})

describe('nodes that block on each other', () => {
  it('[I7] still exchange control and answers, larger than the window too, and go on when an answer comes', async () => {
    const window = { messages: 4, bytes: 400 }
    const sides = [mailboxThatWaitsForAnAnswer(), mailboxThatWaitsForAnAnswer()] as const
    const { left, right } = await linkPair(
      { hello: { window }, host: sides[0] },
      { hello: { window }, host: sides[1] },
      { capacity: 2000 },
    )
    const tells = [left, right].flatMap(link => {
      const lane = link.openLane(bytes('mailbox'))
      return Array.from({ length: 50 }, () => lane.send(NOTHING, new Uint8Array(90)))
    })
    await settle()
    expect(sides.map(side => side.accepted)).toEqual([0, 0])
    await Promise.all([left, right].map(link => link.control.send(NOTHING, new Uint8Array(5000))))
    expect(sides.map(side => side.accepted)).toEqual([0, 0])
    await Promise.all([left, right].map(link => link.replies.send(NOTHING, new Uint8Array(5000))))
    await Promise.all(tells)
    expect(sides.map(side => side.accepted)).toEqual([50, 50])
  })

  it('[I7] a lane whose receiver is blocked does not keep large messages of other lanes from coming', async () => {
    const got: string[] = []
    let unblock = () => {}
    const blocked: LaneSink = {
      accept: message => {
        got.push(`blocked ${message.length}`)
        return new Promise(resolve => {
          unblock = resolve
        })
      },
    }
    const free: LaneSink = { accept: message => void got.push(`free ${message.length}`) }
    const window = { messages: 4, bytes: 100 }
    const laneOpened = (label: Uint8Array) => (text(label) === 'blocked' ? blocked : free)
    const { left } = await linkPair({}, { hello: { window }, host: { laneOpened } })
    const lane = left.openLane(bytes('blocked'))
    const first = lane.send(NOTHING, bytes('x'))
    const second = lane.send(NOTHING, new Uint8Array(5000))
    await settle()
    await left.openLane(bytes('free')).send(NOTHING, new Uint8Array(6000))
    expect(got).toEqual(['blocked 1', 'free 6000'])
    unblock()
    await first
    await settle()
    unblock()
    await second
    expect(got).toEqual(['blocked 1', 'free 6000', 'blocked 5000'])
  })
})

/** A host whose mailbox accepts nothing before an answer came. */
function mailboxThatWaitsForAnAnswer() {
  let answer = () => {}
  const answered = new Promise<void>(resolve => {
    answer = resolve
  })
  const host = {
    accepted: 0,
    replies: { accept: () => answer() },
    laneOpened: (): LaneSink => ({
      accept: async () => {
        await answered
        host.accepted++
      },
    }),
  }
  return host
}

/** Two busy nodes with small windows, over a track that is full or stands still by chance. */
async function randomSchedule(seed: number): Promise<void> {
  const random = new SeededRandom(seed)
  const clock = new VirtualClock()
  const connections = connectionPair({ capacity: 50 + random.below(3000) })
  const sides = [someSide(random), someSide(random)] as const
  const models = new Set<LaneModel>()
  const [left, right] = await Promise.all([
    linkEnd('dialler', modelled(connections[0], sides[1].window, models), clock, sides[0], 'message'),
    linkEnd('listener', modelled(connections[1], sides[0].window, models), clock, sides[1], 'message'),
  ])
  const waiting = new Set([...sendMuch(left, random), ...sendMuch(right, random)])
  const count = waiting.size
  for (const sent of waiting) {
    const settled = () => waiting.delete(sent)
    sent.then(settled, settled)
  }
  for (let turn = 0; turn < 5000 && waiting.size > 0; turn++) {
    const connection = connections[random.below(2)]
    if (turn < 200 && random.below(4) === 0) connection?.pause()
    else connection?.resume()
    await new Promise(resolve => setImmediate(resolve))
  }
  const faults = [...models].flatMap(model => model.faults)
  const story = { seed, faults, starved: waiting.size, of: count, ended: [left.ended, right.ended] }
  expect(story).toEqual({ seed, faults: [], starved: 0, of: count, ended: [false, false] })
  left.abort()
}

function someSide(random: SeededRandom): Side & { window: Credit } {
  const window = { messages: 1 + random.below(6), bytes: 1 + random.below(500) }
  const host = { laneOpened: () => moody(random), control: moody(random), replies: moody(random) }
  return { window, hello: { window, maxFrame: 64 + random.below(300) }, host }
}

/** A receiver that accepts at once, later, or not at all. */
function moody(random: SeededRandom): LaneSink {
  return {
    accept: () => {
      const mood = random.below(6)
      if (mood === 0) throw new Error('refused')
      if (mood === 1) return new Promise(resolve => setImmediate(resolve))
      if (mood === 2)
        return new Promise((_, refuse) => setImmediate(() => refuse(new Error('refused later'))))
      return undefined
    },
  }
}

function sendMuch(link: Link, random: SeededRandom): Promise<void>[] {
  const lanes = [link.control, link.replies, link.openLane(bytes('a')), link.openLane(bytes('b'))]
  return Array.from({ length: 60 }, () => {
    const length = random.below(8) === 0 ? random.below(4000) : random.below(100)
    const lane = lanes[random.below(lanes.length)] ?? link.control
    return lane.send(NOTHING, new Uint8Array(length))
  })
}

/** Lets a model of each lane look at what the node behind `connection` says in it, and hears of it. */
function modelled(connection: Connection, window: Credit, models: Set<LaneModel>): Connection {
  const lanes = new Map<number, LaneModel>()
  const model = (lane: number): LaneModel => {
    const known = lanes.get(lane) ?? new LaneModel(window)
    lanes.set(lane, known)
    models.add(known)
    return known
  }
  const nothing = () => {}
  const ignored = {
    open: nothing,
    data: nothing,
    part: nothing,
    end: nothing,
    grant: nothing,
    reject: nothing,
  }
  const ignore = {
    ...ignored,
    ping: nothing,
    bye: nothing,
    fault: nothing,
    ack: nothing,
    retired: nothing,
    drain: nothing,
  }
  const said: FrameReceiver = {
    ...ignore,
    data: (lane, sequence, message) => model(lane).sends(sequence, 0, message.left, message.left),
    part: (lane, sequence, offset, total, part) => model(lane).sends(sequence, offset, total, part.length),
  }
  const heard: FrameReceiver = {
    ...ignore,
    grant: (lane, sequence, messages, bytes) => model(lane).hears(sequence, messages, bytes),
  }
  const look = (receiver: FrameReceiver) => (frame: Uint8Array) => {
    if ((frame[0] ?? 0) >= FrameKind.open) readFrame(new ByteReader(frame), receiver)
  }
  return observed(connection, { sent: look(said), received: look(heard) })
}
