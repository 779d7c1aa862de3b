import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../src/testing/index.js'
import { JournalCursor } from '../../../src/transports/file-mapping/journal-cursor.js'
import {
  type JournalShape,
  journalBytes,
  ringAt,
  Word64,
} from '../../../src/transports/file-mapping/journal-layout.js'
import { JournalLog } from '../../../src/transports/file-mapping/journal-log.js'
import { scaled } from '../../support/scale.js'

// The journal in plain memory, which is what a crash leaves of it: every state that there can be is made from the bytes
// before and after each step, and a new process recovers from it. No file is needed for that, and so it is the same everywhere.

const seed = Number(process.env['SIGNALBOX_SEED'] ?? Date.now() % 1_000_000)
console.info(`what a crash leaves of a journal: seed ${seed}`)

const shapeOf = (parts: Partial<JournalShape> = {}): JournalShape => ({
  overflow: 'block',
  survives: 'process',
  places: 1,
  ring: 4096,
  seed: 0x51b0,
  ...parts,
})

/** A process that has the journal, until it is cut off. */
class Life {
  readonly log: JournalLog
  readonly torn: boolean

  constructor(
    readonly memory: ArrayBuffer,
    private readonly shape: JournalShape,
  ) {
    this.log = new JournalLog('the journal', memory, shape)
    if ([...this.log.places.taken()].length === 0) this.log.places.add('the journal', 'all', 1)
    this.torn = this.log.recover()
  }

  /** All that a consumer finds from a number on. */
  recordsFrom(sequence: number): Map<number, Buffer> {
    const cursor = new JournalCursor('the journal', this.memory, this.shape)
    cursor.seek(sequence)
    const records = new Map<number, Buffer>()
    for (let record = cursor.read(); record !== undefined; record = cursor.read()) {
      records.set(record.sequence, Buffer.from(record.bytes))
    }
    return records
  }
}

const fresh = (shape: JournalShape) => new Life(new ArrayBuffer(journalBytes(shape)), shape)

function randomRecord(random: SeededRandom, most: number): Buffer {
  return Buffer.from(random.bytes(random.below(most)))
}

describe('what a process leaves that is killed', () => {
  it('at any byte of an append is every record that was taken, and nothing of the one that was not', () => {
    const random = new SeededRandom(seed)
    const shape = shapeOf()
    const life = fresh(shape)
    const taken = new Map<number, Buffer>()
    let done = 1
    for (let step = 0; step < scaled(40, 1000); step += 1) {
      const bytes = randomRecord(random, 300)
      const before = life.memory.slice(0)
      const sequence = life.log.append(bytes)
      if (sequence === 'full') {
        done += random.below(taken.size - done + 2)
        life.log.places.setNext(0, done)
        continue
      }
      for (const memory of killedStates(before, life.memory, shape)) {
        const where = `seed ${seed}, step ${step}`
        const next = new Life(memory, shape)
        const found = next.recordsFrom(done)
        expect([...found.keys()], where).toEqual(numbers(done, sequence))
        for (const [number, record] of found)
          expect(record.equals(taken.get(number) ?? Buffer.alloc(0)), where).toBe(true)
        expect(next.log.append(Buffer.from('next')), where).toBeOneOf([sequence, 'full'])
      }
      taken.set(sequence, bytes)
    }
    expect(taken.size).toBeGreaterThan(20)
  })
})

/** In the order in which a process writes: where the oldest record is, then each byte of the record, and then where it ends. */
function* killedStates(before: ArrayBuffer, after: ArrayBuffer, shape: JournalShape): Generator<ArrayBuffer> {
  const reached = before.slice(0)
  new BigInt64Array(reached)[Word64.START] = new BigInt64Array(after)[Word64.START] ?? 0n
  yield reached.slice(0)
  const [bytes, written] = [new Uint8Array(reached), new Uint8Array(after)]
  for (let at = ringAt(shape); at < bytes.length; at += 1) {
    if (bytes[at] === written[at]) continue
    bytes[at] = written[at] ?? 0
    yield reached.slice(0)
  }
}

describe.each(['block', 'drop-oldest'] as const)(
  'what a machine leaves of a journal that does %s',
  overflow => {
    it('holds every flushed record that was not released, whichever words reached the disk, and no damaged one', () => {
      const random = new SeededRandom(seed)
      const shape = shapeOf({ overflow, survives: 'machine' })
      let life = fresh(shape)
      const written = new Map<number, Buffer>()
      let [last, durable, done, crashes] = [0, 0, 1, 0]
      // What the words of the disk may be: each one what it was at any time since it was flushed.
      let times = [life.memory.slice(0)]

      const act = () => {
        if (random.next() < 0.2) {
          done = Math.min(last + 1, done + random.below(8))
          life.log.places.setNext(0, Math.max(done, life.log.places.nextOf(0)))
        }
        const bytes = randomRecord(random, 500)
        const sequence = life.log.append(bytes)
        if (sequence !== 'full') {
          expect(sequence).toBe(last + 1)
          written.set(sequence, bytes)
          last = sequence
        }
        times.push(life.memory.slice(0))
      }

      for (let step = 0; step < scaled(600, 20_000); step += 1) {
        const where = `seed ${seed}, step ${step}`
        for (let count = random.below(6); count > 0; count -= 1) act()
        if (random.next() < 0.6) {
          const flushing = last
          const flushed = life.log.beforeFlush()
          const begun = times.length - 1
          while (random.next() < 0.5) act()
          // Each word reaches the disk at some time of the flush.
          times = [mixedOf(times.slice(begun), random), ...times.slice(begun + 1)]
          flushed()
          durable = flushing
        }
        if (random.next() < 0.3) {
          const released = overflow === 'block' ? done : oldestOf(life)
          life = new Life(mixedOf(times, random), shape)
          crashes += 1
          const found = life.recordsFrom(0)
          const sequences = [...found.keys()]
          expect(sequences, where).toEqual(numbers(sequences[0] ?? 1, (sequences.at(-1) ?? 0) + 1))
          for (const [number, record] of found)
            expect(record.equals(written.get(number) ?? Buffer.alloc(0)), where).toBe(true)
          for (const number of numbers(released, durable + 1))
            expect(found.has(number), `${where}: ${number}`).toBe(true)
          last = sequences.at(-1) ?? life.log.places.greatest() - 1
          expect(last, where).toBeGreaterThanOrEqual(durable)
          durable = last
          done = Math.min(done, last + 1)
          times = [life.memory.slice(0)] // whoever cuts something off flushes it before he goes on
        }
      }
      expect(crashes).toBeGreaterThan(100)
      expect(written.size).toBeGreaterThan(300)
    })
  },
)

function oldestOf(life: Life): number {
  return life.recordsFrom(0).keys().next().value ?? 1
}

/** Memory of which each word is what it was at one of those times. */
function mixedOf(times: readonly ArrayBuffer[], random: SeededRandom): ArrayBuffer {
  const mixed = times[0]?.slice(0) ?? new ArrayBuffer(0)
  const words = new BigInt64Array(mixed)
  const versions = times.map(time => new BigInt64Array(time))
  const newest = versions.at(-1) ?? words
  for (let index = 0; index < words.length; index += 1) {
    if (newest[index] === words[index] && versions.every(version => version[index] === words[index])) continue
    words[index] = versions[random.below(versions.length)]?.[index] ?? 0n
  }
  return mixed
}

/** From `first` to before `end`. */
function numbers(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
}
