// The near process of an entrant in which two processes take part: starts the far one, and does the work.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerRounds, type Contestant } from '../contestant.js'
import { peerNamed } from '../peers/index.js'
import { workNamed } from '../workloads/index.js'
import { FarProcess } from './far-process.js'
import { scriptOf } from './payload.js'

const [work = '', name = ''] = process.argv.slice(2)

await answerRounds(async (): Promise<Contestant> => {
  const { payload, answers, run } = workNamed(work)
  const peer = peerNamed(name)
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'))
  const place = { folder, payload }
  const far = await FarProcess.start(peer, place, answers)
  const carrier = await peer.reach(place, far.child)
  const script = scriptOf(payload)
  return {
    round: count => run({ carrier, far, script }, count),
    close: async () => {
      await carrier.close()
      await far.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
