import { filter, type Observable, shareReplay, take } from 'rxjs'
import { startNode } from 'signalbox'
import type { Counts } from './counts.js'
import { type Crew, startProcesses, startTogether } from './crew.js'
import { followProgress, type Progress } from './progress.js'
import { report } from './reporter.js'
import { prepareSurroundings } from './surroundings.js'

/** What one run is told. */
export interface RunOptions {
  readonly folder: string
  /** How many workers. */
  readonly workers: number
  /** What to go over; undefined is what the configuration says. */
  readonly transport: string | undefined
  /** Whether a worker is killed in mid-run. */
  readonly kill: boolean
  /** Ends the run early. */
  readonly signal: AbortSignal
}

/** Starts all nodes, has them take one census, and ends them. Returns the totals by language. */
export async function run(options: RunOptions): Promise<readonly Counts[]> {
  const { folder, transport, signal } = options
  const workers = Array.from({ length: options.workers }, (_, index) => `worker-${index + 1}`)
  const names = ['scanner', ...workers]

  await using _surroundings = await prepareSurroundings(transport)
  await using node = await startNode({ name: 'reporter' })
  await using crew = await (transport === 'memory' ? startTogether(names) : startProcesses(names))

  const progress$ = followProgress(node, folder, workers).pipe(shareReplay({ bufferSize: 1, refCount: true }))
  if (options.kill) killInMidRun(crew, progress$)
  const { last, lost } = await report(node, { folder, workers, signal }, progress$)
  if (options.kill && lost.length === 0) {
    throw new Error('the census was over before a worker could be killed; count a larger folder')
  }
  return last.counts
}

/** Kills the worker that has counted the most, when a quarter of all files is counted: that one is in the midst of it. */
function killInMidRun(crew: Crew, progress$: Observable<Progress>): void {
  progress$
    .pipe(
      filter(({ total, found }) => total.files > 0 && total.files >= found / 4),
      take(1),
    )
    .subscribe(({ share }) => {
      const [busiest] = [...share].sort(([, one], [, other]) => other - one)
      if (busiest !== undefined) crew.kill(busiest[0])
    })
}
