import type { Contestant } from '../contestant.js'
import type { Payload } from '../pair/payload.js'
import { type StartedPair, startPair } from '../pair/started-pair.js'
import { peerNamed } from '../peers/index.js'
import { roundOfAll } from './round-of-all.js'

/** One process that tells `others` at once, each over a way of its own: every one gets its share of a round. */
export async function manyProcesses(peer: string, others: number, payload: Payload): Promise<Contestant> {
  const pairs: StartedPair[] = []
  for (let at = 0; at < others; at++)
    pairs.push(await startPair(peerNamed(peer), { payload, answers: false }))
  const fars = pairs.map(({ far }) => far)
  return {
    round(count) {
      const share = Math.ceil(count / others)
      return roundOfAll(fars, share, () =>
        Promise.all(pairs.map(({ carrier, script }) => carrier.pour(share, n => script.message(n)))),
      )
    },
    close: async () => void (await Promise.all(pairs.map(pair => pair.close()))),
  }
}
