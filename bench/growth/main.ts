// The process of an entrant that shows what happens when there are more and more of something.
import { answerRounds, type Contestant } from '../contestant.js'
import { manyActors } from './actors.js'
import { manyProcesses } from './processes.js'
import { manyReaders } from './readers.js'
import { manySubscriptions } from './subscriptions.js'

const [work = '', size = '', peer = ''] = process.argv.slice(2)

const FRAME = { kind: 'bytes', size: 64 } as const

const works: Readonly<Record<string, (size: number) => Promise<Contestant>>> = {
  actors: manyActors,
  subscriptions: manySubscriptions,
  processes: others => manyProcesses(peer, others, { kind: 'order' }),
  copies: others => manyProcesses(peer, others, FRAME),
  readers: others => manyReaders(others, FRAME),
}

await answerRounds(async () => {
  const start = works[work]
  if (start === undefined) throw new Error(`nothing grows by ${work}`)
  return start(Number(size))
})
