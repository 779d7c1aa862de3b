import { filter, firstValueFrom, type Observable } from 'rxjs'
import type { Node } from 'signalbox'
import { Scanner } from './contracts.js'
import type { Progress } from './progress.js'
import { displayProgress } from './progress-display.js'
import { Stopwatch } from './stopwatch.js'
import { languageTable, trackTable } from './tables.js'

/** Milliseconds that a census may take: a day. */
const LONGEST = 86_400_000

/** What is to be counted, and by whom. */
export interface Order {
  readonly folder: string
  readonly workers: readonly string[]
  /** Fires when nobody wants to know any more. */
  readonly signal: AbortSignal
}

/** What came out of a census. */
export interface Report {
  /** How it stood at the end, as it was pushed to us. */
  readonly last: Progress
  /** Workers that died on the way. */
  readonly lost: readonly string[]
}

/** Has the scanner take a census, shows how it goes on, and prints what came out. */
export async function report(node: Node, order: Order, progress$: Observable<Progress>): Promise<Report> {
  const { folder, workers, signal } = order
  const scanner = node.ref(Scanner, 'signalbox://scanner/scanner')
  const watch = new Stopwatch()
  const display = displayProgress(progress$)
  try {
    const result = await scanner.ask.census({ folder, workers: [...workers] }, { timeout: LONGEST, signal })
    // The answer may overtake the last change of the totals, which comes all the same.
    const last = await firstValueFrom(progress$.pipe(filter(({ total }) => total.files >= result.counted)))
    const speed = watch.speedOf(last.total)
    display.unsubscribe()
    console.log(languageTable(last.counts))
    console.log(trackTable(result.tracks))
    for (const worker of result.lost) {
      console.log(`${worker} was lost after ${last.share.get(worker)} files; its work at hand went to others`)
    }
    if (result.skipped > 0) console.log(`${result.skipped} files could not be read, or are too large`)
    console.log(`${last.total.files} files by ${workers.length} workers: ${speed}`)
    return { last, lost: result.lost }
  } finally {
    display.unsubscribe()
  }
}
