import { describe, expect, it } from 'vitest'
import type { CloseReason, Release } from '../../../src/core/contracts/index.js'
import { SeededRandom } from '../../../src/testing/index.js'
import { BlockPool } from '../../../src/transports/segment/block-pool.js'
import { Word } from '../../../src/transports/segment/layout.js'
import { Kind } from '../../../src/transports/segment/ring-record.js'
import { RingWriter } from '../../../src/transports/segment/ring-writer.js'
import { rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { type HostileBed, hostileBed, turns } from './connection-bed.js'
import { smallSizes } from './way.js'

const BELL = Uint8Array.of(0x42)
const UNITS = smallSizes.ring / 8

/** Writes the heads of records, and a position, as no honest writer would. */
function lay({ reads }: HostileBed, heads: readonly (readonly [number, number])[], tail: number): void {
  heads.forEach(([length, kind], unit) => {
    reads.heads[unit * 2] = length
    reads.heads[unit * 2 + 1] = kind
  })
  Atomics.store(reads.words, Word.TAIL, tail)
}

describe('a hostile peer is cut off', () => {
  it.each<[string, (bed: HostileBed) => void]>([
    ['that publishes more than the ring holds', bed => lay(bed, [], UNITS + 1)],
    ['that publishes backwards', bed => lay(bed, [], -1)],
    ['that publishes the most negative position', bed => lay(bed, [], -0x8000_0000)],
    ['whose frame has a negative length', bed => lay(bed, [[-1, Kind.FRAME]], 1)],
    ['whose frame is longer than what is published', bed => lay(bed, [[9, Kind.FRAME]], 2)],
    ['whose frame is longer than any in a ring', bed => lay(bed, [[0x7fff_ffff, Kind.FRAME]], UNITS)],
    ['whose record is of no kind', bed => lay(bed, [[0, 77]], 1)],
    ['whose padding is over what is published', bed => lay(bed, [[0, Kind.PADDING]], 1)],
    ['whose padding has no record behind it', bed => lay(bed, [[0, Kind.PADDING]], UNITS)],
    [
      'whose block is not lent',
      bed =>
        lay(
          bed,
          [
            [9000, Kind.BLOCK],
            [0, 1],
          ],
          2,
        ),
    ],
    [
      'whose block lies outside of the pool',
      bed =>
        lay(
          bed,
          [
            [9000, Kind.BLOCK],
            [31, 1],
          ],
          2,
        ),
    ],
    ['whose block is in half a record', bed => lay(bed, [[9000, Kind.BLOCK]], 1)],
    [
      'whose second padding follows the first',
      bed => {
        lay(bed, [[0, Kind.PADDING]], UNITS)
        bed.reads.words[Word.TAIL] = UNITS
      },
    ],
    ['that says something else than the bell', bed => void bed.control.send(Uint8Array.of(0x42, 0x41))],
  ])('%s', async (_, attack) => {
    const bed = hostileBed()
    bed.victim.receive(() => expect.unreachable('a frame arrived'))
    await turns()
    attack(bed)
    bed.control.send(BELL)
    expect(await bed.victim.closed).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
  })

  it.each<[string, number, (bed: HostileBed) => void]>([
    ['that read what was not published', 1000, ({ writes }) => Atomics.store(writes.words, Word.HEAD, UNITS)],
    ['that reads backwards', 1000, ({ writes }) => Atomics.store(writes.words, Word.HEAD, -1)],
    ['that gives back a block that was not lent', 60_000, ({ writes }) => writes.returns.fill(12345)],
  ])('%s, when there is no room for more frames of %i bytes', async (_, length, attack) => {
    const bed = hostileBed()
    while (bed.victim.send(new Uint8Array(length)) === 'sent');
    await turns()
    attack(bed)
    bed.control.send(BELL)
    expect(await bed.victim.closed).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
  })

  it('or goes on as if nothing had been, whatever it writes anywhere at any time', async test => {
    const seed = Number(process.env['SIGNALBOX_SEED'] ?? Date.now() % 1_000_000)
    const outcomes = tallied(test, seed, { cutOff: 0, alive: 0 })
    for (const round of rounds(300, 30_000)) {
      const reason = await ordeal(new SeededRandom(seed + round))
      if (reason === undefined) outcomes.alive++
      else {
        outcomes.cutOff++
        expect(reason, `seed ${seed}, round ${round}`).toMatchObject({
          by: 'fault',
          error: { code: 'PROTOCOL_VIOLATION' },
        })
      }
    }
    // Neither is empty, or the ordeal would show nothing.
    expect(Math.min(outcomes.cutOff, outcomes.alive)).toBeGreaterThan(0)
  })
})

/** Honest traffic both ways, in which the peer's memory changes at random; how it ended, if it did. */
async function ordeal(random: SeededRandom): Promise<CloseReason | undefined> {
  const bed = hostileBed()
  const { victim, control, reads, writes, memory } = bed
  const writer = new RingWriter(reads)
  const pool = new BlockPool(reads)
  const kept: Release[] = []
  let reason: CloseReason | undefined
  void victim.closed.then(ended => {
    reason = ended
  })
  let frames = 0
  victim.receive(frame => {
    frames++
    expect(frame.start).toBeGreaterThanOrEqual(0)
    expect(frame.end).toBeGreaterThanOrEqual(frame.start)
    expect(frame.end).toBeLessThanOrEqual(frame.buffer.length)
    if (random.below(3) === 0) kept.push(frame.retain())
    expect(frame.bytes.length).toBe(frame.end - frame.start)
  })
  for (let step = 0; step < 30 && reason === undefined; step++) {
    honestly(() => {
      if (random.below(2) === 0) writeFrame(writer, random.below(2000))
      else writeBlock(writer, pool, 1 + random.below(40_000))
      writer.publish()
    })
    if (random.below(3) === 0) corrupt(random, bed, memory)
    victim.send(new Uint8Array(random.below(smallSizes.largest)))
    Atomics.store(writes.words, Word.PARKED, random.below(2))
    if (random.below(3) === 0) kept.splice(random.below(kept.length + 1), 1)[0]?.()
    if (random.below(2) === 0) control.send(BELL)
    await turns(2)
  }
  expect(frames).toBeLessThan(30 * UNITS)
  await turns(3)
  const ended = reason
  victim.abort()
  for (const release of kept) release()
  return ended
}

/** What the peer's own code throws at what it has done itself is of no interest. */
function honestly(act: () => void): void {
  try {
    act()
  } catch {}
}

function writeFrame(writer: RingWriter, length: number): void {
  if (writer.reserve(length) >= 0) writer.commit(length)
}

function writeBlock(writer: RingWriter, pool: BlockPool, length: number): void {
  const page = writer.reserveBlock() ? pool.reserve(length) : -1
  if (page >= 0) writer.putBlock(length, page, pool.lend(page, length))
}

const NUMBERS = [0, 1, -1, 2, UNITS - 1, UNITS, UNITS + 1, 0x7fff_ffff, -0x8000_0000]

function corrupt(random: SeededRandom, { reads, writes }: HostileBed, memory: Uint8Array): void {
  const number = random.below(2) === 0 ? (NUMBERS[random.below(NUMBERS.length)] ?? 0) : random.below(1 << 30)
  const word = [Word.TAIL, Word.HEAD, Word.PARKED, Word.WANTED][random.below(4)] ?? 0
  switch (random.below(6)) {
    case 0:
      reads.words[word] = number
      break
    case 1:
      writes.words[word] = number
      break
    case 2:
      // Near where the victim is reading now, most likely.
      reads.heads[((reads.words[Word.HEAD] ?? 0) & (UNITS - 1)) * 2 + random.below(8)] = number
      break
    case 3:
      reads.returns[random.below(reads.pages)] = number
      break
    case 4:
      writes.returns[random.below(writes.pages)] = number
      break
    default:
      for (let byte = 0; byte < 64; byte++) memory[random.below(memory.length)] = random.below(256)
  }
}
