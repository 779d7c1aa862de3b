import type { Order, Report } from './rounds.js'
import type { Sample } from './sample.js'

/** Somebody who does the work, in a process of its own. */
export interface Contestant {
  /** Does `count` of them, and checks that each was done. */
  round(count: number): Promise<Sample>
  close(): Promise<void>
}

/**
 * Serves the runner, in the process of an entrant: starts, answers rounds, and ends when it is told to or when
 * the runner is gone.
 * @param start throws why the entrant cannot take part here
 */
export async function answerRounds(start: () => Promise<Contestant>): Promise<void> {
  try {
    const contestant = await start()
    process.on('message', (order: Order) => {
      if (order === 'end') leave(contestant)
      else
        contestant.round(order.round).then(
          sample => report({ sample }),
          error => report(failure(error)),
        )
    })
    // Nobody waits any more; what is under way would only hold up the end.
    process.once('disconnect', () => process.exit())
    report('ready')
  } catch (error) {
    // Exits for the same reason as `leave`.
    process.send?.(failure(error), () => process.exit())
  }
}

/** Exits, because what an entrant left open is no concern of the others. */
function leave(contestant: Contestant): void {
  contestant.close().finally(() => process.exit())
}

function report(what: Report): void {
  process.send?.(what)
}

function failure(error: unknown): Report {
  return { failed: error instanceof Error ? error.message : String(error) }
}
