import type { Contestant } from '../contestant.js'
import { type StartedPair, startPair } from '../pair/started-pair.js'
import { peerNamed } from '../peers/index.js'

/** One process that tells `others` at once, each over a way of its own: every one gets its share of a round. */
export async function manyProcesses(peer: string, others: number): Promise<Contestant> {
  const work = { payload: { kind: 'order' }, answers: false } as const
  const pairs: StartedPair[] = []
  for (let at = 0; at < others; at++) pairs.push(await startPair(peerNamed(peer), work))
  return {
    async round(count) {
      const share = Math.ceil(count / others)
      await Promise.all(pairs.map(({ far }) => far.begin(share)))
      const before = process.cpuUsage()
      const start = performance.now()
      await Promise.all(pairs.map(({ carrier, script }) => carrier.pour(share, n => script.message(n))))
      const observed = await Promise.all(pairs.map(({ far }) => far.complete()))
      const time = performance.now() - start
      const { user, system } = process.cpuUsage(before)
      const cpu = observed.reduce((sum, far) => sum + far.cpu, user + system)
      return { count: share * others, time, cpu }
    },
    close: async () => void (await Promise.all(pairs.map(pair => pair.close()))),
  }
}
