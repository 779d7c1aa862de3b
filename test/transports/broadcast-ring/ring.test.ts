import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Release } from '../../../src/core/contracts/index.js'
import { BroadcastReader } from '../../../src/transports/broadcast-ring/broadcast-reader.js'
import {
  BroadcastWriter,
  type SlowReaderPolicy,
} from '../../../src/transports/broadcast-ring/broadcast-writer.js'
import {
  ringMemoryBytes,
  ringMemoryOf,
  SeatWord,
  seatAt,
} from '../../../src/transports/broadcast-ring/ring-memory.js'
import { Word } from '../../../src/transports/segment/layout.js'
import { Kind } from '../../../src/transports/segment/ring-record.js'
import { holds } from '../../codecs/property.js'
import { smallSizes } from '../segment/way.js'

type Step =
  | { readonly does: 'send' | 'loan'; readonly length: number }
  | { readonly does: 'publish' }
  | { readonly does: 'read'; readonly who: number; readonly most: number; readonly keeps: boolean }
  | { readonly does: 'release' | 'leave' | 'join'; readonly who: number }

const READERS = 3
const who = fc.nat(READERS - 1)
const length = fc.oneof(
  { weight: 3, arbitrary: fc.nat(60) },
  { weight: 2, arbitrary: fc.integer({ min: 7000, max: 9000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ does: fc.constantFrom('send' as const, 'loan' as const), length }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('publish' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('read' as const), who, most: fc.nat(8), keeps: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('release' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('leave' as const, 'join' as const), who }),
  },
)

/** A message, as a reader must find it. */
interface Sent {
  readonly number: number
  readonly length: number
}

/** A reader, and what the model says that it has before it. */
interface Reading {
  readonly seat: number
  readonly reader: BroadcastReader
  ahead: Sent[]
  readonly kept: { readonly bytes: Uint8Array; readonly sent: Sent; readonly release: Release }[]
}

const scratch = new Uint8Array(60_000)

function isFilled(bytes: Uint8Array, mark: number): boolean {
  return Buffer.compare(bytes, scratch.subarray(0, bytes.length).fill(mark)) === 0
}

class Bed {
  readonly memory = ringMemoryOf(new ArrayBuffer(ringMemoryBytes(smallSizes)), smallSizes)
  readonly evicted = new Set<number>()
  readonly broken: string[] = []
  readonly writer: BroadcastWriter
  lost = 0
  readonly readings: (Reading | undefined)[] = []
  #unpublished: Sent[] = []
  #number = 0

  constructor(readonly policy: SlowReaderPolicy) {
    this.writer = new BroadcastWriter(this.memory, policy, {
      ring: () => {},
      evicted: seat => void this.evicted.add(seat),
      broken: (_, why) => void this.broken.push(why),
    })
  }

  join(at: number): void {
    if (this.readings[at] !== undefined) return
    const seat = this.writer.join()
    if (seat === undefined) throw new Error('no seat is left')
    this.#show() // joining publishes
    const reader = new BroadcastReader(this.memory, seat, { ring: () => {}, givenBack: () => {} })
    this.readings[at] = { seat: seat.seat, reader, ahead: [], kept: [] }
  }

  leave(at: number): void {
    const reading = this.readings[at]
    if (reading === undefined) return
    this.writer.leave(reading.seat)
    this.evicted.delete(reading.seat)
    this.readings[at] = undefined
  }

  send({ does, length: bytes }: { does: 'send' | 'loan'; length: number }): void {
    const number = this.#number + 1
    const published = this.#published
    const isTaken =
      does === 'send'
        ? this.writer.put(new Uint8Array(bytes).fill(number), number)
        : this.#loan(bytes, number)
    if (this.#published !== published) this.#show() // to make room
    if (!isTaken) return
    this.#number = number
    this.#unpublished.push({ number, length: bytes })
    if (this.writer.unpublished === 0) throw new Error('what was put is not to be published')
  }

  publish(): void {
    this.writer.publish()
    this.#show()
  }

  read(at: number, most: number, keeps: boolean): void {
    const reading = this.readings[at]
    if (reading === undefined) return
    const { reader, ahead, kept, seat } = reading
    for (let count = 0; count < most; count++) {
      const message = reader.next()
      if (this.evicted.has(seat)) {
        expect(message).toBeUndefined()
        expect(reader.evicted).toBe(true)
        return
      }
      if (message === undefined) {
        // What was dropped for a message that is not published yet is told with that.
        if (this.policy !== 'drop' || this.writer.unpublished === 0) expect(ahead).toEqual([])
        return
      }
      if (this.policy !== 'drop') expect(message.lost).toBe(0)
      ahead.splice(0, message.lost)
      this.lost += message.lost
      const sent = ahead.shift()
      expect({ number: reader.origin, length: message.end - message.start }).toEqual(sent)
      const release = keeps ? message.retain() : undefined
      expect(isFilled(message.bytes, reader.origin)).toBe(true)
      if (release !== undefined && sent !== undefined) kept.push({ bytes: message.bytes, sent, release })
      reader.done()
    }
  }

  /** What somebody keeps never changes. */
  release(at: number): void {
    const reading = this.readings[at]
    if (reading === undefined) return
    for (const { bytes, sent, release } of reading.kept.splice(0)) {
      expect(bytes.length).toBe(sent.length)
      expect(isFilled(bytes, sent.number)).toBe(true)
      release()
      release()
    }
  }

  #loan(bytes: number, number: number): boolean {
    const page = this.writer.takeBlock(bytes)
    if (page < 0) return false
    const start = this.writer.startOf(page)
    this.memory.way.data.fill(number, start, start + bytes)
    if (this.writer.putBlock(page, bytes, number)) return true
    this.writer.putBack(page)
    return false
  }

  get #published(): number {
    return Atomics.load(this.memory.way.words, Word.TAIL)
  }

  #show(): void {
    for (const reading of this.readings) reading?.ahead.push(...this.#unpublished)
    this.#unpublished = []
  }
}

describe.each(['block', 'drop', 'evict'] as const)('a ring whose policy for slow readers is %s', policy => {
  it('shows each reader the same messages in order, and tells what it lost, whoever comes, goes and keeps what when', () => {
    let refused = 0
    let evicted = 0
    let lost = 0
    holds(
      fc.array(step, { minLength: 1, maxLength: 200, size: 'max' }),
      script => {
        const bed = new Bed(policy)
        for (let at = 0; at < READERS; at++) bed.join(at)
        for (const next of script) {
          if ('length' in next) bed.send(next)
          else if (next.does === 'publish') bed.publish()
          else if (next.does === 'read') bed.read(next.who, next.most, next.keeps)
          else bed[next.does](next.who)
        }
        if (bed.writer.refused) refused++
        evicted += bed.evicted.size
        bed.publish()
        for (let at = 0; at < READERS; at++) {
          bed.read(at, Number.POSITIVE_INFINITY, false)
          bed.release(at)
        }
        lost += bed.lost
        expect(bed.broken).toEqual([])
      },
      100,
    )
    // Or the scripts would show nothing.
    if (policy === 'block') expect(refused).toBeGreaterThan(0)
    if (policy === 'drop') expect(lost).toBeGreaterThan(0)
    if (policy === 'evict') expect(evicted).toBeGreaterThan(0)
    else expect(evicted).toBe(0)
  })
})

describe('a reader that lies about its place', () => {
  it.each([
    ['behind what it has read', -1],
    ['before what is published', 1_000_000],
    ['where no message begins', 3],
  ])('%s is cut off, and the writer goes on', (_, position) => {
    const bed = new Bed('drop')
    bed.join(0)
    bed.join(1)
    for (let count = 0; count < 8; count++) bed.send({ does: 'send', length: 5000 })
    bed.publish()
    bed.read(1, 100, false)
    Atomics.store(bed.memory.seats, seatAt(bed.readings[0]?.seat ?? 0) + SeatWord.POSITION, position)
    for (let count = 0; count < 100; count++) {
      bed.send({ does: 'send', length: 5000 })
      bed.publish()
      bed.read(1, 1, false)
    }
    expect(bed.broken).toHaveLength(1)
    expect(bed.readings[0]?.reader.next()).toBeUndefined()
    expect(bed.readings[1]?.ahead).toEqual([])
  })
})

describe('a reader of a writer that says what cannot be', () => {
  it.each<[string, (bed: Bed) => void]>([
    [
      'that it published more than the ring holds',
      ({ memory }) => memory.way.words.set([1 << 20], Word.TAIL),
    ],
    ['that a message is longer than any', ({ memory }) => memory.way.heads.set([1 << 20], 0)],
    ['that a record is of no kind', ({ memory }) => memory.way.heads.set([77], 1)],
    ['that a message is one that was before', ({ memory }) => memory.prefixes.set([-1], 2)],
    [
      'that a block was lent to it which is outside of the pool',
      ({ memory }) => memory.way.heads.set([9000, Kind.BLOCK, 4000, 1]),
    ],
    [
      'that a block was lent to it which was not',
      ({ memory }) => memory.way.heads.set([9000, Kind.BLOCK, 3, 1]),
    ],
  ])('%s takes nothing of it', (_, lie) => {
    const bed = new Bed('block')
    bed.join(0)
    bed.send({ does: 'send', length: 100 })
    bed.publish()
    lie(bed)
    expect(() => bed.readings[0]?.reader.next()).toThrow(
      expect.objectContaining({ code: 'PROTOCOL_VIOLATION' }),
    )
  })
})
