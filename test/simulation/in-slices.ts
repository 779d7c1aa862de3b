import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { addFound, type Found, nothingFound } from '../peers/schedules.js'
import type { Slice } from '../peers/simulation-slice.js'
import { forkPeer } from '../support/peer.js'
import { deadline } from '../support/scale.js'

/** Simulates `count` schedules from the seed `first` on, in as many processes as there are cores, until one fails. */
export async function inSlices(first: number, count: number): Promise<Found> {
  const step = availableParallelism()
  const common = { step, end: first + count, ...(Number.isFinite(deadline) ? { deadline } : {}) }
  const processes = Array.from({ length: step }, (_, at) => begin({ first: first + at, ...common }))
  const total = nothingFound()
  try {
    await new Promise<void>((resolve, reject) => {
      let left = step
      for (const process of processes)
        foundBy(process).then(found => {
          addFound(total, found)
          if (--left === 0 || found.failed !== undefined) resolve()
        }, reject)
    })
  } finally {
    for (const process of processes) process.kill('SIGKILL')
  }
  return total
}

function begin(slice: Slice): ChildProcess {
  return forkPeer('simulation-slice', [JSON.stringify(slice)])
}

async function foundBy(process: ChildProcess): Promise<Found> {
  const ended = once(process, 'exit').then(([code, signal]) => {
    throw new Error(`schedules ended with ${code ?? signal} before they were through`)
  })
  const [found] = (await Promise.race([once(process, 'message'), ended])) as [Found]
  return found
}
