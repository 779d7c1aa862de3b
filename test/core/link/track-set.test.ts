import { expect, it } from 'vitest'
import { bySize } from '../../../src/core/link/choose-track.js'
import { MessageTrack } from '../../../src/core/link/message-track.js'
import { TrackSet } from '../../../src/core/link/track-set.js'
import { connectionPair } from '../../../src/testing/connection-pair.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'

const SMALL = 100

/** Tracks of which the first carries messages of up to 100 bytes, and the last one all others. */
function trackSet() {
  const set = new TrackSet(
    {
      clock: new VirtualClock(),
      maxFrame: 1000,
      heartbeat: { mine: 1000, theirs: 1000 },
      replay: 10_000,
      ackAfter: 5000,
      observed: undefined,
    },
    { movable: () => {}, stranded: () => {} },
    bySize(SMALL),
  )
  return { set, add: (id: number) => set.add(id, new MessageTrack(connectionPair()[0])) }
}

it('what is small for certain can be written on the primary track, whatever other tracks there are', () => {
  const { set, add } = trackSet()
  expect(set.primaryUpTo(1)).toBeUndefined()
  const first = add(1)
  expect(set.primaryUpTo(10_000)).toBe(first)
  add(2)
  expect(set.primaryUpTo(SMALL)).toBe(first)
  expect(set.primaryUpTo(SMALL + 1)).toBeUndefined()
  if (first !== undefined) set.lost(first, { by: 'peer' })
  expect(set.primaryUpTo(SMALL)).toBeUndefined() // what the first one carried leaves again before anything new
})
