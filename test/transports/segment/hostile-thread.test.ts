import { once } from 'node:events'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import type { CloseReason, Frame, Release } from '../../../src/core/contracts/index.js'
import { SeededRandom } from '../../../src/testing/index.js'
import { segmentBytes, waysOf } from '../../../src/transports/segment/layout.js'
import { rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { hostileBed, turns } from './connection-bed.js'
import { smallSizes } from './way.js'

const scribbler = resolve(import.meta.dirname, '../../fixtures/shared-memory/scribbler.mjs')
const BELL = Uint8Array.of(0x42)

it('a peer that changes every word between any two steps of ours is cut off, or does no harm', async test => {
  const seed = Number(process.env['SIGNALBOX_SEED'] ?? Date.now() % 1_000_000)
  const tally = tallied(test, seed, { cutOff: 0, alive: 0, frames: 0 })
  const memory = new SharedArrayBuffer(segmentBytes(smallSizes))
  const { there, back } = waysOf(memory, smallSizes)
  const units = smallSizes.ring / 8
  const thread = new Worker(scribbler, { workerData: { there, back, units, pages: there.pages, seed } })
  onTestFinished(async () => void (await thread.terminate()))
  await once(thread, 'message')

  const random = new SeededRandom(seed)
  for (const _ of rounds(200, 20_000)) {
    new Uint8Array(memory).fill(0)
    const reason = await ordeal(memory, random, () => tally.frames++)
    if (reason === undefined) tally.alive++
    else {
      tally.cutOff++
      expect(reason, `seed ${seed}`).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
    }
  }
})

/** Some turns of an honest side; how it ended, if it did. */
async function ordeal(
  memory: SharedArrayBuffer,
  random: SeededRandom,
  took: () => void,
): Promise<CloseReason | undefined> {
  const { victim, control } = hostileBed(smallSizes, memory)
  const kept: Release[] = []
  let reason: CloseReason | undefined
  void victim.closed.then(ended => {
    reason = ended
  })
  victim.receive(frame => {
    took()
    expectWithin(frame)
    if (random.below(3) === 0) kept.push(frame.retain())
    expectWithin(frame)
  })
  for (let step = 0; step < 100 && reason === undefined; step++) {
    victim.send(new Uint8Array(random.below(smallSizes.largest)))
    if (random.below(3) === 0) kept.splice(random.below(kept.length + 1), 1)[0]?.()
    control.send(BELL)
    await turns(2)
  }
  const ended = reason
  victim.abort()
  for (const release of kept) release()
  await turns(1)
  return ended
}

function expectWithin({ start, end, buffer, bytes }: Frame): void {
  const lies = start >= 0 && start <= end && end <= buffer.length && bytes.length === end - start
  expect(lies, `a frame from ${start} to ${end} of ${buffer.length} B`).toBe(true)
}
