import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Word } from '../../../src/transports/segment/layout.js'
import { RingReader } from '../../../src/transports/segment/ring-reader.js'
import { Kind, MOST_INLINE } from '../../../src/transports/segment/ring-record.js'
import { RingWriter } from '../../../src/transports/segment/ring-writer.js'
import { holds } from '../../codecs/property.js'
import { smallSizes, wayOf } from './way.js'

type Step =
  | { readonly does: 'write'; readonly length: number /** Bytes reserved in vain. */; readonly less: number }
  | { readonly does: 'describe'; readonly length: number }
  | { readonly does: 'reserve only'; readonly length: number }
  | { readonly does: 'publish' }
  | { readonly does: 'read'; readonly most: number }
  | { readonly does: 'free' }

const length = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: MOST_INLINE }))
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('write' as const), length, less: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('describe' as const), length: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('reserve only' as const), length }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('publish' as const) }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('read' as const), most: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('free' as const) }) },
  ),
  { minLength: 1, maxLength: 300 },
)

/** Where positions begin to count; most runs cross the end of the Int32 then. */
const origin = fc.constantFrom(0, 0x7fff_e000, -0x2000)

/** What was put, as the reader must find it. */
interface Put {
  readonly kind: number
  readonly length: number
  readonly mark: number
}

describe('a ring', () => {
  it('is a queue, whatever is written, published, read and freed when, and wherever its positions wrap around', () => {
    holds(fc.tuple(steps, origin), ([script, from]) => {
      const way = wayOf(smallSizes)
      way.words[Word.TAIL] = way.words[Word.HEAD] = from
      const writer = new RingWriter(way, from)
      const reader = new RingReader(way, from)
      const put: Put[] = []
      const published: Put[] = []
      let mark = 0
      for (const step of [...script, { does: 'publish' }, { does: 'read', most: 1e6 }] as Step[]) {
        if (step.does === 'write') {
          const at = writer.reserve(step.length)
          if (at < 0) continue
          const written = Math.max(step.length - step.less, 0)
          way.data.fill(++mark, at, at + written)
          writer.commit(written)
          put.push({ kind: Kind.FRAME, length: written, mark: written === 0 ? 0 : mark & 0xff })
        } else if (step.does === 'describe') {
          if (!writer.reserveBlock()) continue
          writer.putBlock(step.length, ++mark, mark + 1)
          put.push({ kind: Kind.BLOCK, length: step.length, mark })
        } else if (step.does === 'reserve only') writer.reserve(step.length)
        else if (step.does === 'publish') {
          writer.publish()
          published.push(...put.splice(0))
        } else if (step.does === 'free') reader.free()
        else {
          for (let count = 0; count < step.most && reader.next(); count++) {
            expect(published.shift()).toEqual(found(reader, way.data))
            reader.done()
          }
        }
        expect(reader.ready).toBe(published.length > 0)
      }
      expect(published).toEqual([])
    })
  })

  it('takes as much again after it was full, for as long as it is read', () => {
    const way = wayOf(smallSizes)
    const writer = new RingWriter(way)
    const reader = new RingReader(way)
    const filled: number[] = []
    for (let round = 0; round < 50; round++) {
      let count = 0
      for (; writer.reserve(1000) >= 0; count++) writer.commit(1000)
      writer.publish()
      while (reader.next()) reader.done()
      reader.free()
      filled.push(count)
    }
    expect(Math.min(...filled)).toBeGreaterThanOrEqual(63)
  })

  it('tells the writer to ring the bell once for a reader that sleeps, and never for one that is awake', () => {
    const way = wayOf(smallSizes)
    const writer = new RingWriter(way)
    const reader = new RingReader(way)
    const publishOne = () => {
      writer.reserve(1)
      writer.commit(1)
      return writer.publish()
    }
    expect(publishOne()).toBe(false)
    expect(reader.park(), 'there is something to read').toBe(false)
    while (reader.next()) reader.done()
    expect(reader.park()).toBe(true)
    expect([publishOne(), publishOne(), writer.publish()]).toEqual([true, false, false])
  })

  it('tells the reader to ring the bell for a writer that waits for room, once half of the ring is free', () => {
    const { writer, readSome } = filledRing()
    expect([readSome(20), readSome(40), readSome(20), readSome(100)]).toEqual([0, 1, 0, 0])
    expect(writer.reserve(32 * 1024 - 8)).toBeGreaterThanOrEqual(0)
  })

  it('tells the reader to ring the bell for a writer that waits for room, when nothing is left to read', () => {
    const { way, readSome } = filledRing()
    readSome(40)
    Atomics.store(way.words, Word.WANTED, 1)
    expect([readSome(5), readSome(100), readSome(1)]).toEqual([0, 1, 0])
  })

  it('shows nothing that is not published', () => {
    const way = wayOf(smallSizes)
    const writer = new RingWriter(way)
    const reader = new RingReader(way)
    writer.reserve(10)
    writer.commit(10)
    expect([reader.ready, reader.next()]).toEqual([false, false])
    writer.publish()
    expect([reader.ready, reader.next(), reader.next()]).toEqual([true, true, false])
  })
})

/** A ring full of frames of 1000 bytes, whose writer waits for room. */
function filledRing() {
  const way = wayOf(smallSizes)
  const writer = new RingWriter(way)
  const reader = new RingReader(way)
  while (writer.reserve(1000) >= 0) writer.commit(1000)
  writer.publish()
  Atomics.store(way.words, Word.WANTED, 1)
  /** How often the bell is to be rung for that. */
  const readSome = (count: number) => {
    let bells = 0
    for (let read = 0; read < count && reader.next(); read++) {
      reader.done()
      bells += Number(reader.free())
    }
    return bells
  }
  return { way, writer, readSome }
}

function found(reader: RingReader, data: Uint8Array): Put {
  const { kind, length, start, page, serial } = reader
  if (kind === Kind.BLOCK) {
    expect(serial).toBe(page + 1)
    return { kind, length, mark: page }
  }
  const bytes = data.subarray(start, start + length)
  const mark = bytes[0] ?? 0
  expect(bytes.every(byte => byte === mark)).toBe(true)
  return { kind, length, mark }
}
