import type { Comparison, ComparisonResult } from './comparison.js'
import { Competitor } from './competitor.js'
import { CpuHogs } from './cpu-hogs.js'

/** How much is measured. */
export interface Extent {
  readonly rounds: number
  /** ms that a round is meant to last. It ends by count; calibration finds the count. */
  readonly length: number
  /** How many make a round, instead of calibration. */
  readonly count?: number
  /** What part is done where a comparison has a count of its own: from 0 to 1. */
  readonly share: number
  /** Whether to find out where the time of the entrants goes, which slows them down. */
  readonly profiled: boolean
}

/**
 * Runs a comparison: all entrants are started, warmed up and calibrated, then take turns. Who cannot take part, or
 * fails, is reported with the reason and stops nobody else.
 * @param progress is told what is happening
 */
export async function runComparison(
  comparison: Comparison,
  extent: Extent,
  progress: (what: string) => void,
): Promise<ComparisonResult> {
  const { name, entrants, hogs = 0, warmUps = 0, count: own } = comparison
  const count = own === undefined ? extent.count : Math.ceil(own * extent.share)
  const rounds = Math.min(comparison.rounds ?? extent.rounds, extent.rounds)
  progress(`${name}: starting`)
  const competitors = entrants.map(entrant => new Competitor(entrant, extent.profiled))
  const burning = new CpuHogs(hogs)
  try {
    await Promise.all(competitors.map(competitor => competitor.start()))
    for (const competitor of competitors) {
      progress(`${name}: calibrating ${competitor.name}`)
      if (count === undefined) await competitor.calibrate(extent.length)
      else await competitor.warmUp(count, extent.count === undefined ? warmUps : 0)
    }
    for (let round = 1; round <= rounds; round++) {
      for (const competitor of competitors) {
        progress(`${name}: round ${round} of ${rounds}, ${competitor.name}`)
        await competitor.round()
      }
    }
  } finally {
    burning.end()
    await Promise.all(competitors.map(competitor => competitor.close()))
  }
  return { comparison, entries: competitors.map(competitor => competitor.entry()) }
}
