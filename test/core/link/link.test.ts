import { describe, expect, it } from 'vitest'
import { SignalboxError } from '../../../src/core/contracts/index.js'
import { encodeBye } from '../../../src/core/link/frame-writer.js'
import type { LaneSink, Outcome, Receipt } from '../../../src/core/link/index.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { bytes, linkPair, NOTHING, settle, text } from './link-pair.js'

/** A sink that writes down what it was told. */
function recorder(): LaneSink & { readonly got: string[]; over: boolean } {
  const sink = {
    got: [] as string[],
    over: false,
    accept(message: Uint8Array) {
      sink.got.push(text(message))
    },
    ended() {
      sink.over = true
    },
  }
  return sink
}

/** A sink whose acceptance the test decides. */
function gate(): LaneSink & {
  readonly waiting: { accept(): void; reject(error: Error): void }[]
  readonly got: string[]
} {
  const waiting: { accept(): void; reject(error: Error): void }[] = []
  const got: string[] = []
  return {
    waiting,
    got,
    accept: message => {
      got.push(text(message))
      return new Promise<void>((accept, reject) => waiting.push({ accept, reject }))
    },
  }
}

function outcomes(): Receipt & { readonly all: Outcome[] } {
  const all: Outcome[] = []
  return { all, settle: outcome => void all.push(outcome) }
}

describe('lanes', () => {
  it('opens with its label and delivers in order', async () => {
    const sink = recorder()
    const labels: string[] = []
    const laneOpened = (label: Uint8Array) => {
      labels.push(text(label))
      return sink
    }
    const { left } = await linkPair({}, { host: { laneOpened } })
    const lane = left.openLane(bytes('to the cashier'))
    const receipt = outcomes()
    for (const word of ['one', 'two', 'three']) expect(lane.offer(NOTHING, bytes(word), receipt)).toBe(true)
    await settle()
    expect(labels).toEqual(['to the cashier'])
    expect(sink.got).toEqual(['one', 'two', 'three'])
    expect(receipt.all.map(outcome => outcome.status)).toEqual(['accepted', 'accepted', 'accepted'])
  })

  it('joins head and body, of 0 and 1 byte too', async () => {
    const sink = recorder()
    const { left } = await linkPair({}, { host: { control: sink } })
    await left.control.send(NOTHING, NOTHING)
    await left.control.send(bytes('a'), NOTHING)
    await left.control.send(bytes('head,'), bytes('body'))
    expect(sink.got).toEqual(['', 'a', 'head,body'])
  })

  it('ends when all is settled, and its number is not used again', async () => {
    const sink = recorder()
    const { left, right } = await linkPair({}, { host: { laneOpened: () => sink } })
    const lane = left.openLane(bytes('x'))
    await lane.send(NOTHING, bytes('last words'))
    lane.end()
    expect(lane.offer(NOTHING, bytes('too late'), outcomes())).toBe(false)
    await expect(lane.send(NOTHING, bytes('too late'))).rejects.toMatchObject({ code: 'CLOSED' })
    await settle()
    expect(sink).toMatchObject({ got: ['last words'], over: true })
    expect(left.openLane(bytes('y')).id).toBeGreaterThan(lane.id)
    expect(right.ended).toBe(false)
  })

  it('refuses to open more lanes than the peer takes, and takes more once one has ended', async () => {
    const { left } = await linkPair({}, { hello: { lanes: 2 } })
    const first = left.openLane(bytes('1'))
    left.openLane(bytes('2'))
    expect(() => left.openLane(bytes('3'))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
    first.end()
    await settle()
    expect(() => left.openLane(bytes('3'))).not.toThrow()
  })
})

describe('credit', () => {
  it('[I7] counts messages: a receiver that accepts nothing gets a window and no more', async () => {
    const sink = gate()
    const { left } = await linkPair(
      {},
      { hello: { window: { messages: 3, bytes: 1000 } }, host: { laneOpened: () => sink } },
    )
    const lane = left.openLane(bytes('x'))
    const taken = ['a', 'b', 'c', 'd'].map(word => lane.offer(NOTHING, bytes(word), outcomes()))
    expect(taken).toEqual([true, true, true, false])
    await settle()
    sink.waiting[0]?.accept()
    await settle()
    expect(lane.offer(NOTHING, bytes('d'), outcomes())).toBe(true)
    expect(lane.offer(NOTHING, bytes('e'), outcomes())).toBe(false)
  })

  it('[I7] counts bytes', async () => {
    const sink = gate()
    const { left } = await linkPair(
      {},
      { hello: { window: { messages: 100, bytes: 10 } }, host: { laneOpened: () => sink } },
    )
    const lane = left.openLane(bytes('x'))
    expect(lane.offer(NOTHING, bytes('123456'), outcomes())).toBe(true)
    expect(lane.offer(NOTHING, bytes('789ab'), outcomes())).toBe(false)
    expect(lane.offer(NOTHING, bytes('789a'), outcomes())).toBe(true)
    await settle()
    sink.waiting[0]?.accept()
    await settle()
    expect(lane.offer(NOTHING, bytes('123456'), outcomes())).toBe(true)
  })

  it('[I7] lets what does not fit wait in order, until there is credit', async () => {
    const sink = recorder()
    const { left } = await linkPair(
      {},
      { hello: { window: { messages: 2, bytes: 64 } }, host: { laneOpened: () => sink } },
    )
    const lane = left.openLane(bytes('x'))
    const words = Array.from({ length: 50 }, (_, index) => `word ${index}`)
    await Promise.all(words.map(word => lane.send(NOTHING, bytes(word))))
    expect(sink.got).toEqual(words)
  })

  it('[I7] carries a message larger than the window in parts', async () => {
    const sink = recorder()
    const { left } = await linkPair(
      {},
      { hello: { window: { messages: 2, bytes: 100 } }, host: { laneOpened: () => sink } },
    )
    const lane = left.openLane(bytes('x'))
    const large = 'abcdefghij'.repeat(5000)
    await Promise.all([
      lane.send(NOTHING, bytes('before')),
      lane.send(NOTHING, bytes(large)),
      lane.send(NOTHING, bytes('after')),
    ])
    expect(sink.got).toEqual(['before', large, 'after'])
  })

  it('[I7] a stalled lane holds up no other, nor control and replies', async () => {
    const stalled = gate()
    const others = recorder()
    const { left } = await linkPair(
      {},
      {
        hello: { window: { messages: 1, bytes: 100 } },
        host: {
          laneOpened: label => (text(label) === 'stalled' ? stalled : others),
          control: others,
          replies: others,
        },
      },
    )
    const blocked = left.openLane(bytes('stalled'))
    blocked.offer(NOTHING, bytes('x'), outcomes())
    void blocked.send(NOTHING, bytes('waits')).catch(() => {})
    await left.openLane(bytes('free')).send(NOTHING, bytes('free'))
    await left.control.send(NOTHING, bytes('control'))
    await left.replies.send(NOTHING, bytes('reply'))
    expect(others.got).toEqual(['free', 'control', 'reply'])
  })

  it('[I7] two lanes that both receive more than their window take turns', async () => {
    const sinks = [recorder(), recorder()]
    let opened = 0
    const { left } = await linkPair(
      {},
      {
        hello: { window: { messages: 2, bytes: 50 } },
        host: { laneOpened: () => sinks[opened++] ?? recorder() },
      },
    )
    const large = 'x'.repeat(10_000)
    await Promise.all([1, 2].map(() => left.openLane(bytes('l')).send(NOTHING, bytes(large))))
    expect(sinks.map(sink => sink.got)).toEqual([[large], [large]])
  })

  it('says OVERFLOW when thousands wait for one receiver', async () => {
    const { left } = await linkPair(
      {},
      { hello: { window: { messages: 1, bytes: 100 } }, host: { laneOpened: () => gate() } },
    )
    const lane = left.openLane(bytes('x'))
    const sends = Array.from({ length: 5000 }, () => lane.send(NOTHING, bytes('x')))
    const results = Promise.allSettled(sends)
    await settle()
    left.abort()
    const codes = (await results).map(result =>
      result.status === 'rejected' ? result.reason.code : 'accepted',
    )
    expect(codes).toContain('OVERFLOW')
    expect(codes.filter(code => code === 'PEER_LOST')).toHaveLength(1)
    expect(codes.filter(code => code === 'CLOSED')).toHaveLength(4096)
  })

  it('refuses a message that the peer would never take, and says its limit', async () => {
    const { left } = await linkPair({}, { hello: { maxMessage: 100 } })
    expect(() => left.control.offer(NOTHING, new Uint8Array(101), outcomes())).toThrow(
      expect.objectContaining({ code: 'FRAME_TOO_LARGE', message: expect.stringContaining('100 B') }),
    )
    await expect(left.control.send(NOTHING, new Uint8Array(101))).rejects.toMatchObject({
      code: 'FRAME_TOO_LARGE',
    })
    await left.control.send(NOTHING, new Uint8Array(100))
  })
})

describe('outcomes', () => {
  it('[I2] accepted means accepted by the receiver, not received', async () => {
    const sink = gate()
    const { left } = await linkPair({}, { host: { laneOpened: () => sink } })
    const receipt = outcomes()
    left.openLane(bytes('x')).offer(NOTHING, bytes('hello'), receipt)
    await settle()
    expect(sink.got).toEqual(['hello'])
    expect(receipt.all).toEqual([])
    sink.waiting[0]?.accept()
    await settle()
    expect(receipt.all).toEqual([{ status: 'accepted' }])
  })

  it('[I3] rejected: the sender hears why, and the lane goes on', async () => {
    const sink: LaneSink = {
      accept: message => {
        if (text(message) === 'bad') throw new SignalboxError('PAYLOAD_INVALID', 'no good')
        if (text(message) === 'later') return Promise.reject(new SignalboxError('MAILBOX_FULL', 'no room'))
        return undefined
      },
    }
    const { left } = await linkPair({}, { host: { laneOpened: () => sink } })
    const lane = left.openLane(bytes('x'))
    const sent = ['good', 'bad', 'later', 'good'].map(word => lane.send(NOTHING, bytes(word)))
    const codes = (await Promise.allSettled(sent)).map(result =>
      result.status === 'rejected' ? result.reason.code : 'accepted',
    )
    expect(codes).toEqual(['accepted', 'PAYLOAD_INVALID', 'MAILBOX_FULL', 'accepted'])
  })

  it('[I3] unknown is not failed: what was on its way when the session ended is PEER_LOST, what never left is CLOSED', async () => {
    const { left, connections } = await linkPair(
      {},
      { hello: { window: { messages: 1, bytes: 100 } }, host: { laneOpened: () => gate() } },
    )
    const lane = left.openLane(bytes('x'))
    const sends = Promise.allSettled([
      lane.send(NOTHING, bytes('on its way')),
      lane.send(NOTHING, bytes('never left')),
    ])
    await settle()
    connections[0].cut()
    expect(
      (await sends).map(result => (result.status === 'rejected' ? result.reason.code : 'accepted')),
    ).toEqual(['PEER_LOST', 'CLOSED'])
    expect(lane.offer(NOTHING, bytes('x'), outcomes())).toBe(false)
  })

  it('[I3] every message of a random load has exactly one outcome, whenever the track is cut', async () => {
    const seed = Date.now() % 1_000_000
    console.log(`seed ${seed}`)
    for (let round = 0; round < 60; round++) {
      const random = new SeededRandom(seed + round)
      const accepting: LaneSink = {
        accept: () => {
          const chance = random.below(4)
          if (chance === 0) throw new SignalboxError('MAILBOX_FULL', 'full')
          if (chance === 1) return new Promise(resolve => setImmediate(resolve))
          return undefined
        },
      }
      const { left, connections } = await linkPair(
        {},
        {
          hello: { window: { messages: 1 + random.below(8), bytes: 1 + random.below(500) } },
          host: { laneOpened: () => accepting },
        },
        { pieces: () => 1 + random.below(300), capacity: 100 + random.below(4000) },
      )
      const lanes = [1, 2, 3].map(() => left.openLane(bytes('x')))
      const settled = new Array<number>(100).fill(0)
      for (let index = 0; index < settled.length; index++) {
        const message = new Uint8Array(random.below(10) === 0 ? random.below(5000) : random.below(50))
        const count = () => {
          settled[index] = (settled[index] ?? 0) + 1
        }
        lanes[random.below(3)]?.send(NOTHING, message).then(count, count)
        if (random.below(10) === 0) await new Promise(resolve => setImmediate(resolve))
      }
      for (let turns = random.below(6); turns > 0; turns--)
        await new Promise(resolve => setImmediate(resolve))
      connections[random.below(2)]?.cut()
      await settle()
      expect(
        settled.every(count => count === 1),
        `seed ${seed + round}`,
      ).toBe(true)
    }
  })

  it('an abort before a message left removes it; afterwards its outcome tells', async () => {
    const sink = gate()
    const { left } = await linkPair(
      {},
      { hello: { window: { messages: 1, bytes: 100 } }, host: { laneOpened: () => sink } },
    )
    const lane = left.openLane(bytes('x'))
    const abort = new AbortController()
    const first = lane.send(NOTHING, bytes('first'), abort.signal)
    const second = lane.send(NOTHING, bytes('second'), abort.signal)
    abort.abort()
    await expect(second).rejects.toMatchObject({ code: 'ABORTED' })
    await settle()
    sink.waiting[0]?.accept()
    await first
    expect(sink.got).toEqual(['first'])
  })
})

describe('the end', () => {
  it('close says goodbye when there is room again, to a peer that did not read', async () => {
    const { left, right, connections, clock } = await linkPair({}, {}, { capacity: 1 }) // one frame
    connections[1].pause()
    left.control.offer(NOTHING, bytes('x'), outcomes())
    const closing = left.close()
    clock.advance(2000) // for the outcomes
    expect(await left.closed).toEqual({ by: 'us' })
    connections[1].resume()
    await closing
    expect(connections[0].sent.at(-1)).toEqual(encodeBye())
    expect(await right.closed).toEqual({ by: 'peer' })
    expect(clock.pending).toBe(0)
  })

  it('close waits for outcomes, then both sides know who closed', async () => {
    const sink = recorder()
    const { left, right } = await linkPair({}, { host: { laneOpened: () => sink } })
    const sent = left.openLane(bytes('x')).send(NOTHING, bytes('a last word'))
    await left.close()
    await sent
    expect(sink.got).toEqual(['a last word'])
    expect(await left.closed).toEqual({ by: 'us' })
    expect(await right.closed).toEqual({ by: 'peer' })
    await left.close()
    expect(() => left.openLane(bytes('y'))).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  it('closing from both sides at once ends both', async () => {
    const { left, right } = await linkPair()
    await Promise.all([left.close(), right.close()])
    expect([left.ended, right.ended]).toEqual([true, true])
  })

  it('close does not wait for ever for a receiver that accepts nothing', async () => {
    const { left, clock } = await linkPair({}, { host: { laneOpened: () => gate() } })
    const sent = left.openLane(bytes('x')).send(NOTHING, bytes('x'))
    const closing = left.close()
    await settle()
    clock.advance(2000)
    await closing
    await expect(sent).rejects.toMatchObject({ code: 'PEER_LOST' })
  })
})

describe('heartbeat', () => {
  it('keeps an idle link alive, and leaves no timer behind', async () => {
    const { left, right, clock } = await linkPair()
    for (let second = 0; second < 60; second++) {
      clock.advance(1000)
      await settle()
    }
    expect([left.ended, right.ended]).toEqual([false, false])
    await left.close()
    await settle()
    expect(clock.pending).toBe(0)
  })

  it('ends a link whose peer fell silent, and says for how long', async () => {
    const { left, connections, clock } = await linkPair()
    connections[0].pause() // nothing is heard any more
    for (let second = 0; second < 5; second++) {
      clock.advance(1000)
      await settle()
    }
    expect(await left.closed).toMatchObject({ by: 'fault', error: { code: 'PEER_SILENT' } })
  })

  it('accuses nobody after its own stall', async () => {
    const { left, clock } = await linkPair()
    clock.stall(60_000)
    await settle()
    expect(left.ended).toBe(false)
  })
})

it('works the same over a stream that is cut anywhere', async () => {
  const random = new SeededRandom(7)
  const sink = recorder()
  const { left } = await linkPair(
    {},
    { host: { laneOpened: () => sink } },
    { pieces: () => 1 + random.below(7), capacity: 300 },
  )
  const lane = left.openLane(bytes('x'))
  const words = Array.from({ length: 200 }, (_, index) => `${index}:${'x'.repeat(index % 40)}`)
  await Promise.all(words.map(word => lane.send(NOTHING, bytes(word))))
  expect(sink.got).toEqual(words)
  expect(left.traffic.sent.messages).toBe(200)
})
