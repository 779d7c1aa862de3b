import { describe, expect, it } from 'vitest'
import type { ChooseTrack, OutboundLane } from '../../src/core/link/index.js'
import { bed } from './track-bed.js'

const NOTHING = new Uint8Array()
const unheeded = { settle: () => {} }
const second: ChooseTrack = (_bytes, tracks) => tracks[1]
const WINDOW = 1000

/** Two nodes whose lanes have small windows, and whose messages take the second track of their session. */
async function session(holds: boolean, accept: (message: Uint8Array) => void | Promise<void> = () => {}) {
  const hello = { window: { messages: 16, bytes: WINDOW } }
  const made = await bed(
    { link: { chooseTrack: second } },
    { hello, host: { control: { accept }, laneOpened: () => ({ accept }) } },
  )
  await made.join({ holds })
  return made
}

/** Offers messages of `size` bytes until one is refused; returns how many were taken. */
function fill(lane: OutboundLane, size = WINDOW): number {
  const message = new Uint8Array(size)
  let taken = 0
  while (taken < 10 && lane.offer(NOTHING, message, unheeded)) taken++
  return taken
}

describe('[I7] a lane whose messages are as large as its window', () => {
  it('may have four on their way, once one was accepted from memory that the track has anyway', async () => {
    const { dialled, calm } = await session(true)
    expect(fill(dialled.control)).toBe(1)
    await calm()
    expect(fill(dialled.control)).toBe(4)
    await calm()
    expect(fill(dialled.control)).toBe(4)
  })

  it('has its window and no more where the receiver needs memory for them', async () => {
    const { dialled, calm } = await session(false)
    for (let round = 0; round < 3; round++) {
      expect(fill(dialled.control)).toBe(1)
      await calm()
    }
  })

  it('has its window and no more while its receiver makes it wait', async () => {
    const accepted: (() => void)[] = []
    const { dialled, calm } = await session(true, () => new Promise(resolve => accepted.push(resolve)))
    for (let round = 0; round < 3; round++) {
      expect(fill(dialled.control)).toBe(1)
      await calm()
      accepted.pop()?.()
      await calm()
    }
  })

  it('sends even larger ones in one piece, once the first of them came in parts', async () => {
    const got: number[] = []
    const { dialled, tracks, calm } = await session(true, message => void got.push(message.length))
    for (const size of [2500, 2500]) {
      void dialled.control.send(NOTHING, new Uint8Array(size))
      if (got.length > 0) tracks[1]?.[1].deliver()
      else await calm()
    }
    expect(got).toEqual([2500, 2500])
    await calm()
  })
})

describe('[I12] the lanes of a session', () => {
  it('have sixteen windows among them beyond their own, and those of lanes that ended go to others', async () => {
    const { dialled, calm } = await session(true)
    const lanes: OutboundLane[] = []
    const open = async () => {
      const lane = dialled.openLane(Buffer.from('large'))
      lanes.push(lane)
      // The first message follows the lane's announcement over the first track, and the next one comes in memory.
      for (let message = 0; message < 2; message++) {
        expect(fill(lane)).toBe(1)
        await calm()
      }
    }
    for (let lane = 0; lane < 7; lane++) await open()
    expect(lanes.map(lane => fill(lane))).toEqual([4, 4, 4, 4, 4, 2, 1])
    await calm()
    lanes.shift()?.end()
    await calm()
    await open()
    expect(lanes.map(lane => fill(lane))).toEqual([4, 4, 4, 4, 2, 1, 4])
    await calm()
  })
})
