import type { Payload } from '../pair/payload.js'
import type { Work } from '../pair/work.js'

/** Messages one way, as fast as they are taken: from the first that is made to the last that was received. */
export function oneWay(payload: Payload): Work {
  return {
    payload,
    answers: false,
    async run({ carrier, far, script }, count) {
      await far.begin(count)
      const before = process.cpuUsage()
      const start = performance.now()
      await carrier.pour(count, n => script.message(n))
      const { cpu } = await far.complete()
      const time = performance.now() - start
      const { user, system } = process.cpuUsage(before)
      return { count, time, cpu: cpu + user + system }
    },
  }
}
