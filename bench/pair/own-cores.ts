import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Work } from './work.js'

/**
 * The same work by two processes that stay on a core each, once they have met. A scheduler that is short of cores
 * puts both onto one: then the quickest answer is the one that leaves it soonest, and who spins is in the way of whom
 * it waits for. That is another question than how quick two are that run at the same time.
 */
export function apart(work: Work): Work {
  let placed = false
  return {
    ...work,
    async run(pair, count) {
      if (!placed) {
        // First they meet: who meets others with one core of his own takes it for all that there is.
        await work.run(pair, 1)
        place(process.pid, pair.far.child?.pid)
        placed = true
      }
      return work.run(pair, count)
    },
  }
}

/** @throws where the system gives nobody a core of his own */
function place(...pids: readonly (number | undefined)[]): void {
  if (process.platform !== 'linux')
    throw new Error('processes are given cores by taskset, which is for Linux')
  if (availableParallelism() < pids.length) throw new Error('there are not as many cores as processes')
  for (const [core, pid] of pids.entries())
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)], {
      stdio: 'ignore',
    })
}
