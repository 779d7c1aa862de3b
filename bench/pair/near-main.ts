// The near process of an entrant in which two processes take part: starts the far one, and does the work.
import { answerRounds, type Contestant } from '../contestant.js'
import { peerNamed } from '../peers/index.js'
import { workNamed } from '../workloads/index.js'
import { startPair } from './started-pair.js'

const [name = '', peer = ''] = process.argv.slice(2)

await answerRounds(async (): Promise<Contestant> => {
  const work = workNamed(name)
  const pair = await startPair(peerNamed(peer), work)
  await work.prepare?.(pair)
  return { round: count => work.run(pair, count), close: () => pair.close() }
})
