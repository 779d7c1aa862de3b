import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { message, startNode } from 'signalbox'
import { z } from 'zod'
import type { Contestant } from '../contestant.js'
import { timed } from '../in-process/timed.js'
import { Crowd } from './crowd.js'

const Ticked = message('bench.ticked', z.object({ number: z.number() }))

/** `size` subscribers of one topic: what each takes to keep, and what a delivery to one of them costs. */
export async function manySubscriptions(size: number): Promise<Contestant> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'))
  const config = { runtimeFolder: join(folder, 'run'), transports: { listen: ['memory'] } }
  const node = await startNode({ name: 'bench', cwd: folder, config })
  let delivered = 0
  let sum = 0
  const crowd = new Crowd(size, () =>
    node.observe(Ticked, { overflow: 'error' }).subscribe(({ number }) => {
      delivered++
      sum += number
    }),
  )
  const publishAll = timed(async count => {
    const publications = Math.ceil(count / size)
    delivered = 0
    sum = 0
    for (let number = 0; number < publications; number++) await node.publish(Ticked, { number })
    const expected = (size * (publications * (publications - 1))) / 2
    if (delivered !== publications * size || sum !== expected)
      throw new Error(`${delivered} of ${publications * size} were delivered`)
    return delivered
  })
  return {
    async round(count) {
      const measured = await crowd.gather()
      return { ...(await publishAll(count)), measured }
    },
    async close() {
      for (const subscription of crowd.members) subscription.unsubscribe()
      await node.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
