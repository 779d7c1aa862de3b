import { formatAddress } from 'signalbox'
import {
  conformance,
  connectionPair,
  poisoned,
  registerConformance,
  SeededRandom,
  VirtualClock,
} from 'signalbox/testing'
import { memory } from 'signalbox/transports/memory'
import { afterAll, expect, test } from 'vitest'

// #region conformance
let places = 0

const suite = conformance(
  {
    transport: memory(),
    source: { module: 'signalbox/transports/memory', factory: 'memory' },
    address: () => formatAddress({ scheme: 'memory', host: '.', path: `guide-${++places}` }),
  },
  { frames: 1_000, cycles: 50, messages: 10_000, largest: 1024 * 1024 },
)

registerConformance(suite, {
  test: (title, run) => test(title, run),
  skip: (title, reason) => console.log(`left out: ${title}, because of ${reason}`),
  afterAll,
})
// #endregion

// #region connection-pair
test('a counter of frames keeps none of their bytes', async () => {
  const [here, there] = connectionPair({ capacity: 64 })
  const sizes: number[] = []
  poisoned(there).receive(frame => sizes.push(frame.bytes.length))
  while (here.send(new Uint8Array(16)) === 'sent');
  await here.close()
  await there.closed
  expect(sizes).toEqual([16, 16, 16, 16])
})
// #endregion

// #region virtual-clock
test('an hour passes at once, and only when the test says so', () => {
  const clock = new VirtualClock()
  const rang: number[] = []
  clock.after(3_600_000, () => rang.push(clock.now()))
  clock.advance(3_599_999)
  expect(rang).toEqual([])
  clock.advance(1)
  expect(rang).toEqual([3_600_000])
})
// #endregion

// #region seeded-random
test('a sorted list stays sorted, whatever is put in', () => {
  const seed = Date.now() % 1_000_000
  console.log(`seed ${seed}`)
  const random = new SeededRandom(seed)
  const numbers = Array.from({ length: 1_000 }, () => random.below(100)).sort((a, b) => a - b)
  numbers.forEach((number, index) => {
    expect(number).toBeGreaterThanOrEqual(numbers[index - 1] ?? 0)
  })
})
// #endregion
