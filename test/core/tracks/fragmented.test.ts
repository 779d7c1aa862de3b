import { describe, expect, it } from 'vitest'
import { fragmented } from '../../../src/core/tracks/fragmented.js'
import { connectionPair } from '../../../src/testing/connection-pair.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'

const seed = Date.now() % 1_000_000
const settle = () => new Promise(resolve => setImmediate(resolve))

function pairOf(maxFrame: number, largest: number, capacity = Number.POSITIVE_INFINITY) {
  const raw = connectionPair({ maxFrame, capacity })
  const [left, right] = [fragmented(raw[0], { largest }), fragmented(raw[1], { largest })]
  const got: Uint8Array[] = []
  return { raw, left, right, got }
}

describe('frames in cells', () => {
  it('arrive as they were sent, whatever their size, over tracks that are full at times', async test => {
    const tally = tallied(test, seed, { rounds: 0 })
    for (const round of rounds(100, 20_000)) {
      const random = new SeededRandom(seed + round)
      const largest = 1 + random.below(5000)
      const { left, right, got } = pairOf(2 + random.below(100), largest, 1 + random.below(500))
      right.receive(({ bytes }) => got.push(bytes.slice()))
      const frames = Array.from({ length: 20 }, () => random.bytes(random.below(largest + 1)))
      for (const frame of frames) {
        while (left.send(frame) === 'full') {
          await new Promise<void>(resolve => {
            const waiting = left.writable$.subscribe(() => {
              queueMicrotask(() => waiting.unsubscribe())
              resolve()
            })
          })
        }
      }
      await left.close()
      await right.closed
      expect(got, `seed ${seed + round}`).toEqual(frames)
      expect([await left.closed, await right.closed]).toEqual([{ by: 'us' }, { by: 'peer' }])
      tally.rounds++
    }
  })

  it('cost one byte a cell, and small ones are one cell', () => {
    const { raw, left } = pairOf(64, 1000)
    left.send(new Uint8Array(63))
    left.send(new Uint8Array(64))
    expect(raw[0].sent.map(cell => cell.length)).toEqual([64, 64, 2])
  })

  it('are refused over the bound, before anything of them leaves', () => {
    const { raw, left } = pairOf(64, 100)
    expect(() => left.send(new Uint8Array(101))).toThrow(expect.objectContaining({ code: 'FRAME_TOO_LARGE' }))
    expect(raw[0].sent).toEqual([])
  })

  it('are kept by retain, whole ones and joined ones', async () => {
    const { left, right } = pairOf(64, 1000)
    const kept: { readonly bytes: Uint8Array }[] = []
    right.receive(frame => {
      frame.retain()
      kept.push({ bytes: frame.bytes })
    })
    const frames = [50, 500, 40].map(size => new Uint8Array(size).fill(size))
    for (const frame of frames) left.send(frame)
    await settle()
    expect(kept.map(({ bytes }) => bytes)).toEqual(frames)
  })

  it('[I12] cannot make the receiver hold more than the bound', async () => {
    const { raw, right, got } = pairOf(64, 100)
    right.receive(({ bytes }) => got.push(bytes.slice()))
    for (let cell = 0; cell < 3; cell++) raw[1].deliver(new Uint8Array(60).fill(1))
    expect(await right.closed).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
    expect(got).toEqual([])
  })

  it.each([
    ['without a header', new Uint8Array(0)],
    ['of an unknown kind', Uint8Array.of(2, 1)],
    ['that only promises another', Uint8Array.of(1)],
  ])('[I12] a cell %s ends the connection', async (_what, cell) => {
    const { raw, right } = pairOf(64, 100)
    right.receive(() => {})
    raw[1].deliver(cell)
    expect(await right.closed).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
  })
})
