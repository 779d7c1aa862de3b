import { expect, it } from 'vitest'
import { type PaceSample, TrackPace } from '../../../src/core/link/index.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'

/** A track of 10 ms there and back, over which a frame of 1000 bytes leaves each millisecond. */
function track(held = 0) {
  const clock = new VirtualClock()
  const samples: PaceSample[] = []
  const pace = new TrackPace(clock, sample => samples.push(sample))
  let sent = 0
  const pass = (frames: number) => {
    for (let frame = 0; frame < frames; frame++) {
      pace.left(1000)
      const count = ++sent
      clock.after(10 + held, () => pace.confirmed(count))
      clock.advance(1)
    }
  }
  return { clock, samples, pass }
}

it('a sample is the round trip and the rate of what the peer received meanwhile', () => {
  const { samples, pass } = track()
  pass(100)
  expect(samples).toEqual([{ at: 20, roundTrip: 10, bytesPerSecond: 1_000_000 }])
})

it('four samples a second are taken of a track that is busy, and none of an idle one', () => {
  const { clock, samples, pass } = track()
  pass(5000)
  expect(samples.length).toBeGreaterThan(10)
  expect(samples.length).toBeLessThanOrEqual(20)
  clock.advance(1000)
  const before = samples.length
  clock.advance(1_000_000)
  expect(samples.length).toBe(before)
  expect(clock.pending).toBe(0)
})

it('words that were held up and come at once pretend to no rate', () => {
  const clock = new VirtualClock()
  const samples: PaceSample[] = []
  const pace = new TrackPace(clock, sample => samples.push(sample))
  pace.left(1000)
  clock.advance(100)
  pace.confirmed(1) // held up for long
  pace.left(1000)
  clock.advance(1)
  pace.confirmed(2) // at once
  expect(samples).toEqual([{ at: 101, roundTrip: 1, bytesPerSecond: 10_000 }])
})
