import type { Work } from '../pair/work.js'
import { latencyOf } from '../sample.js'

/** Questions that are answered with themselves, `outstanding` at a time, each timed by the asker. */
export function asking(outstanding: number): Work {
  return {
    payload: { kind: 'order' },
    answers: true,
    async run({ carrier, far, script }, count) {
      const times = new Float64Array(count)
      let next = 0
      const ask = async () => {
        while (next < count) {
          const n = next++
          const asked = performance.now()
          const answer = await carrier.ask(script.message(n))
          times[n] = (performance.now() - asked) * 1000
          if (!script.isMessage(answer, n))
            throw new Error(`the answer to question ${n} is not what was asked`)
        }
      }
      await far.begin(count)
      const before = process.cpuUsage()
      const start = performance.now()
      await Promise.all(Array.from({ length: outstanding }, ask))
      const time = performance.now() - start
      const { cpu } = await far.complete()
      const { user, system } = process.cpuUsage(before)
      return { count, time, cpu: cpu + user + system, latency: latencyOf(times) }
    },
  }
}
