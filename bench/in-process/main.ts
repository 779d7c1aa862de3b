// The process of an entrant whose actors all live in it.
import { answerRounds, type Contestant } from '../contestant.js'
import { actorsNamed } from './kinds/index.js'
import { workNamed } from './works.js'

const [work = '', name = ''] = process.argv.slice(2)

await answerRounds(async (): Promise<Contestant> => {
  const actors = await actorsNamed(name)
  return {
    round: await workNamed(work)(actors),
    close: async () => actors.close(),
  }
})
