import type { Work } from '../pair/work.js'

/** Messages one way without end, for what they do to the receiver: how late its event loop is, and how much it holds. */
export const flood: Work = {
  payload: { kind: 'order' },
  answers: false,
  async run({ carrier, far, script }, count) {
    const memoryBefore = await far.begin(count, true)
    const start = performance.now()
    await carrier.pour(count, n => script.message(n))
    const { loopDelay, memory } = await far.complete()
    const time = performance.now() - start
    return { count, time, measured: { loopDelay, memory, growth: memory - memoryBefore } }
  },
}
