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
  const [victim] = options.kill ? workers : []
  if (victim !== undefined) killInMidRun(crew, victim, progress$)
  const { last, lost } = await report(node, { folder, workers, signal }, progress$)
  if (victim !== undefined && !lost.includes(victim)) {
    throw new Error(`the census was over before ${victim} could be killed; count a larger folder`)
  }
  return last.counts
}

/** Kills a worker that has counted something, when a quarter of all files is counted. */
function killInMidRun(crew: Crew, worker: string, progress$: Observable<Progress>): void {
  progress$
    .pipe(
      filter(({ share, total, found }) => (share.get(worker) ?? 0) > 0 && total.files >= found / 4),
      take(1),
    )
    .subscribe(() => crew.kill(worker))
}
