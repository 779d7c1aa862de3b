import { combineLatest, map, type Observable, startWith } from 'rxjs'
import type { Node } from 'signalbox'
import { Counted, Found } from './contracts.js'
import { type Counts, totalOf } from './counts.js'
import { Tally } from './tally.js'

/** How far a census has come. */
export interface Progress {
  /** Files that there are. */
  readonly found: number
  /** Files that each worker has counted. */
  readonly share: ReadonlyMap<string, number>
  /** What was counted, by language. */
  readonly counts: readonly Counts[]
  /** The same, all languages together. */
  readonly total: Counts
}

/** The progress of the census of a folder, now and at each change: the scanner's values are pushed to us. */
export function followProgress(node: Node, folder: string, workers: readonly string[]): Observable<Progress> {
  const counted$ = workers.map(worker => node.hot(Counted.of(worker)).pipe(startWith<Counts[]>([])))
  return combineLatest([node.hot(Found.of(folder)), combineLatest(counted$)]).pipe(
    map(([found, counted]) => {
      const { counts } = new Tally(counted.flat())
      const share = new Map(workers.map((worker, index) => [worker, totalOf(counted[index] ?? []).files]))
      return { found, share, counts, total: totalOf(counts) }
    }),
  )
}
