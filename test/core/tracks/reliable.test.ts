import { describe, expect, inject, it } from 'vitest'
import type { Connection } from '../../../src/core/contracts/index.js'
import { reliable } from '../../../src/core/tracks/reliable.js'
import { ackPacket, contentPacket, stamp } from '../../../src/core/tracks/reliable-packet.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { rounds, scaled } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { type Fate, noisyPair } from './noisy-pair.js'

const share = inject('project') === 'wine' ? 10 : 1
const seed = Date.now() % 1_000_000

/** How a track treats packets; shares of 1. */
interface Weather {
  readonly loss: number
  readonly duplication: number
  readonly truncation: number
  /** ms on the way, and up to how many more by chance: more than 0 reorders. */
  readonly delay: number
  readonly jitter: number
}

function fateOf({ loss, duplication, truncation, delay, jitter }: Weather, random: SeededRandom): Fate {
  const once = (packet: Uint8Array) => ({
    bytes: random.next() < truncation ? packet.slice(0, random.below(packet.length)) : packet.slice(),
    after: delay + random.next() * jitter,
  })
  return packet => {
    if (random.next() < loss) return []
    return random.next() < duplication ? [once(packet), once(packet)] : [once(packet)]
  }
}

/** Lets time pass, with everything that happens at once in between, until `done` or a virtual hour is over. */
async function pass(clock: VirtualClock, done: () => boolean): Promise<void> {
  for (let ms = 0; !done() && ms < 3_600_000; ms++) {
    for (let turn = 0; turn < 4; turn++) await Promise.resolve()
    clock.advance(1)
  }
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

/** Sends all frames, as the track takes them. */
function sendAll(connection: Connection, frames: readonly Uint8Array[]): void {
  let next = 0
  const go = () => {
    for (let frame = frames[next]; frame !== undefined && connection.send(frame) === 'sent'; ) {
      frame = frames[++next]
    }
  }
  connection.writable$.subscribe(go)
  go()
}

const framesOf = (random: SeededRandom, count: number, upTo: number) =>
  Array.from({ length: count }, () => random.bytes(random.below(upTo)))

const collect = (connection: Connection): Uint8Array[] => {
  const got: Uint8Array[] = []
  connection.receive(({ bytes }) => got.push(new Uint8Array(bytes)))
  return got
}

const flawless: Weather = { loss: 0, duplication: 0, truncation: 0, delay: 1, jitter: 0 }

function pairIn(weather: Weather, random = new SeededRandom(seed), maxFrame?: number) {
  const clock = new VirtualClock()
  const ends = noisyPair(clock, fateOf(weather, random), maxFrame)
  const [left, right] = [reliable(ends[0], clock), reliable(ends[1], clock)]
  return { clock, ends, left, right }
}

/** Resolves to what `promise` gave by now. */
const peek = <T>(promise: Promise<T>): Promise<T | 'pending'> =>
  Promise.race([promise, new Promise<'pending'>(resolve => setImmediate(resolve, 'pending'))])

describe('a reliable track', () => {
  it('delivers the exact stream both ways, whatever is lost, repeated, reordered or cut short', async test => {
    const tally = tallied(test, seed, { rounds: 0 })
    for (const round of rounds(60 / share, 20_000)) {
      const random = new SeededRandom(seed + round)
      const weather: Weather = {
        loss: random.next() * 0.5,
        duplication: random.next() * 0.3,
        truncation: random.next() * 0.1,
        delay: random.next() * 20,
        jitter: random.below(2) === 0 ? 0 : random.next() * 40,
      }
      const { clock, left, right } = pairIn(weather, random, 64 + random.below(200))
      const [there, back] = [framesOf(random, random.below(150), 47), framesOf(random, random.below(150), 47)]
      const [gotThere, gotBack] = [collect(right), collect(left)]
      sendAll(left, there)
      sendAll(right, back)
      await pass(clock, () => gotThere.length >= there.length && gotBack.length >= back.length)
      const story = `seed ${seed + round}: ${JSON.stringify(weather)}`
      expect(gotThere, story).toEqual(there)
      expect(gotBack, story).toEqual(back)
      left.abort()
      right.abort()
      tally.rounds++
    }
  })

  it('lets the last frames arrive before it closes, and runs no timer afterwards', async test => {
    const tally = tallied(test, seed, { rounds: 0 })
    for (const round of rounds(40 / share, 5000)) {
      const random = new SeededRandom(seed + round)
      const weather = { loss: 0.3, duplication: 0.2, truncation: 0.05, delay: 5, jitter: 10 }
      const { clock, ends, left, right } = pairIn(weather, random)
      for (const end of ends) end.notice = random.below(2) === 0
      const frames = framesOf(random, 14, 500)
      const got = collect(right)
      sendAll(left, frames)
      let closed = 0
      void left.close().then(() => closed++)
      void right.closed.then(() => closed++)
      await pass(clock, () => closed === 2)
      expect(got, `seed ${seed + round}`).toEqual(frames)
      expect([await left.closed, await right.closed]).toEqual([{ by: 'us' }, { by: 'peer' }])
      await pass(clock, () => clock.pending === 0)
      expect(await peek(ends[1].closed)).not.toBe('pending')
      tally.rounds++
    }
  })

  it('runs no timer while nothing is in flight', async () => {
    const { clock, left, right } = pairIn(flawless)
    expect(clock.pending).toBe(0)
    const got = collect(right)
    left.send(new Uint8Array(3))
    await pass(clock, () => got.length === 1)
    await pass(clock, () => clock.pending === 0)
    expect(clock.pending).toBe(0)
    left.abort()
  })

  it('repeats nothing where nothing is lost', async () => {
    const { clock, left, right } = pairIn({ ...flawless, delay: 10 })
    const frames = framesOf(new SeededRandom(seed), 2000, 100)
    const got = collect(right)
    sendAll(left, frames)
    await pass(clock, () => got.length === frames.length)
    expect(left.repairs).toMatchObject({ sent: 2000, repeated: 0 })
  })

  it('learns how far packets overtake each other, and hardly takes that for loss then', async test => {
    const tally = tallied(test, seed, { frames: 5000, repeated: 0 })
    const { clock, left, right } = pairIn({ ...flawless, delay: 10, jitter: 10 })
    const frames = framesOf(new SeededRandom(seed), tally.frames, 100)
    const got = collect(right)
    sendAll(left, frames)
    await pass(clock, () => got.length === frames.length)
    tally.repeated = left.repairs.repeated
    expect(tally.repeated).toBeLessThan(250)
    left.abort()
  })

  it.for([0.2, 0.5])('needs few repetitions for each loss of a share of %d', async (loss, test) => {
    const weather = { loss, duplication: 0, truncation: 0, delay: 5, jitter: 0 }
    const { clock, ends, left, right } = pairIn(weather)
    const frames = framesOf(new SeededRandom(seed), scaled(5000, 100_000), 100)
    const got = collect(right)
    sendAll(left, frames)
    await pass(clock, () => got.length === frames.length)
    const efficiency = left.repairs.repeated / ends[0].lost
    tallied(test, seed, {
      frames: frames.length,
      virtualMilliseconds: clock.now(),
      packetsLost: ends[0].lost,
      repeated: left.repairs.repeated,
      forNothing: right.repairs.duplicates,
    })
    expect(efficiency).toBeLessThan(1.25)
    left.abort()
  })

  it('says full when the window is, and when the peer does not read; goes on when it does', async () => {
    const { clock, left, right } = pairIn({ ...flawless, loss: 0.2 })
    const frames = framesOf(new SeededRandom(seed), 2000, 100)
    const got = collect(right)
    right.pause()
    sendAll(left, frames)
    let turns = 0
    await pass(clock, () => ++turns > 30_000)
    expect(got.length).toBe(0)
    expect(left.send(new Uint8Array(1))).toBe('full')
    expect(left.repairs.sent).toBeLessThan(600)
    right.resume()
    await pass(clock, () => got.length === frames.length)
    expect(got).toEqual(frames)
    left.abort()
  })

  it('gives a silent peer up after the bound, with PEER_SILENT', async () => {
    const { clock, left, ends } = pairIn({ ...flawless, loss: 1 })
    left.send(new Uint8Array(1))
    let ended = false
    void left.closed.then(() => {
      ended = true
    })
    await pass(clock, () => ended)
    expect(await left.closed).toMatchObject({ by: 'fault', error: { code: 'PEER_SILENT' } })
    expect(clock.now()).toBeGreaterThan(10_000)
    expect(clock.now()).toBeLessThan(13_000)
    expect(await peek(ends[0].closed)).not.toBe('pending')
    expect(clock.pending).toBe(0)
  })

  it('accuses nobody after its own stall', async () => {
    const { clock, left, right } = pairIn(flawless)
    const got = collect(right)
    left.send(new Uint8Array(1))
    clock.stall(60_000)
    await pass(clock, () => got.length === 1)
    expect(await peek(left.closed)).toBe('pending')
    left.abort()
  })

  it('both sides may close at once', async () => {
    const { clock, left, right } = pairIn({ ...flawless, loss: 0.3 })
    let closed = 0
    for (const end of [left, right]) void end.close().then(() => closed++)
    await pass(clock, () => closed === 2)
    expect([await left.closed, await right.closed]).toEqual([{ by: 'us' }, { by: 'us' }])
  })
})

describe('[I12] a peer of a reliable track that lies', () => {
  const damaged = (change: (packet: Buffer) => void) => {
    const packet = contentPacket('content', 0, new Uint8Array(5))
    stamp(packet, 1)
    change(packet)
    return packet
  }
  const content = (kind: 'content' | 'end', sequence: number) => {
    const packet = contentPacket(kind, sequence, new Uint8Array(kind === 'end' ? 0 : 3))
    stamp(packet, 1)
    return packet
  }
  const unknown = () => {
    const packet = contentPacket('content', 0, new Uint8Array(5))
    packet[4] = 9
    stamp(packet, 1)
    return packet
  }

  it.each([
    ['acknowledges what was never sent', [ackPacket(0, 7, 16, [])]],
    ['has heard transmissions that never were', [ackPacket(99, 0, 16, [])]],
    ['selects what was never sent', [ackPacket(0, 0, 16, [3])]],
    ['sends more than there is room for', [content('content', 5000)]],
    ['goes on behind its end', [content('end', 1), content('content', 2)]],
    ['ends before what it sent', [content('content', 3), content('end', 2)]],
    ['says something that does not exist', [unknown()]],
  ])('is cut off when it %s', async (_what, packets) => {
    const { left, ends } = pairIn(flawless)
    for (const packet of packets) ends[0].arrive(packet)
    expect(await peek(left.closed)).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
  })

  it.each([
    ['flipped', damaged(packet => (packet[18] = 0xff))],
    ['cut short', damaged(() => {}).subarray(0, 12)],
    ['empty', Buffer.alloc(0)],
  ])('costs a packet when what arrives is %s', async (_what, packet) => {
    const { left, ends } = pairIn(flawless)
    const got = collect(left)
    ends[0].arrive(packet)
    expect([got.length, left.repairs.damaged, await peek(left.closed)]).toEqual([0, 1, 'pending'])
  })

  it('cannot end it with bytes by chance', async () => {
    const random = new SeededRandom(seed)
    const { left, ends } = pairIn(flawless)
    for (let count = 0; count < 2000; count++) ends[0].arrive(random.bytes(random.below(80)))
    expect(await peek(left.closed)).toBe('pending')
  })
})
