// The process of an entrant in C: what two processes take that do nothing but look at shared memory.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { answerRounds, type Contestant } from '../contestant.js'

const run = promisify(execFile)

/** The compiler leaves sources in C where they are. */
const source = resolve(import.meta.dirname, '../../../../bench/c-spinning/spinning.c')

await answerRounds(async (): Promise<Contestant> => {
  if (process.platform === 'win32') throw new Error('it is written for POSIX')
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'))
  const program = join(folder, 'spinning')
  await run('cc', ['-std=gnu11', '-O2', '-o', program, source]).catch(error => {
    throw new Error(error.code === 'ENOENT' ? 'there is no C compiler here' : error.message)
  })
  return {
    async round(count) {
      const { stdout } = await run(program, [String(count)])
      const [p50 = 0, p99 = 0, p999 = 0, all = 0, cpu = 0] = stdout.split(' ').map(Number)
      const latency = { p50: p50 / 1000, p99: p99 / 1000, p999: p999 / 1000 }
      return { count, time: all / 1e6, cpu: cpu / 1000, latency }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
})
