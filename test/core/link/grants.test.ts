import { expect, it } from 'vitest'
import { FrameKind } from '../../../src/core/link/frames.js'
import type { LaneSink, OutboundLane } from '../../../src/core/link/index.js'
import { bytes, linkPair, NOTHING, settle } from './link-pair.js'

/** Fewer than half of a window: the sender is not about to run dry. */
const ROUNDS = 7
const unheeded = { settle: () => {} }

it('what is settled is told with the first message of a turn, and else at its end: a quick conversation is not interrupted', async () => {
  let there: OutboundLane | undefined
  let back: OutboundLane | undefined
  let rounds = 0
  let told = 0
  const answering: LaneSink = { accept: () => void back?.offer(NOTHING, bytes('answer'), unheeded) }
  const asking: LaneSink = {
    accept() {
      if (++rounds < ROUNDS) there?.offer(NOTHING, bytes('question'), unheeded)
      else told = grants()
    },
  }
  const { left, right, connections } = await linkPair(
    { host: { laneOpened: () => asking } },
    { host: { laneOpened: () => answering } },
  )
  const grants = () => connections[1].sent.filter(([kind]) => kind === FrameKind.grant).length - before
  there = left.openLane(bytes('there'))
  back = right.openLane(bytes('back'))
  await settle()
  const before = connections[1].sent.filter(([kind]) => kind === FrameKind.grant).length

  there.offer(NOTHING, bytes('question'), unheeded)
  await settle()
  expect([rounds, told]).toEqual([ROUNDS, 1])
  expect([grants(), there.quiet, back.quiet]).toEqual([2, true, true])
  await Promise.all([left.close(), right.close()])
})
