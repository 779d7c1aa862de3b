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

/** Rounds whose time an entrant has to warm up. */
const WARMING = 8

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
  const competitors = comparison.entrants.map(entrant => new Competitor(entrant, extent.profiled))
  const starts = Math.min(comparison.starts ?? 1, extent.rounds)
  for (let start = 1; start <= starts; start++) await runStarted(comparison, competitors, extent, progress)
  return { comparison, entries: competitors.map(competitor => competitor.entry()) }
}

/** From the start of all to their end. */
async function runStarted(
  { name, hogs = 0, warmUps = 0, count: own, rounds: most = Number.POSITIVE_INFINITY }: Comparison,
  competitors: readonly Competitor[],
  extent: Extent,
  progress: (what: string) => void,
): Promise<void> {
  const count = own === undefined ? extent.count : Math.ceil(own * extent.share)
  const rounds = Math.min(most, extent.rounds)
  let burning: CpuHogs | undefined
  progress(`${name}: starting`)
  try {
    await Promise.all(competitors.map(competitor => competitor.start()))
    for (const competitor of competitors) {
      progress(`${name}: warming up ${competitor.name}`)
      if (count === undefined) await competitor.warmUp(extent.length * WARMING)
      else await competitor.settle(count, extent.count === undefined ? warmUps : 0)
    }
    burning = new CpuHogs(hogs) // not before: what is compiled while cores are short takes many times as long
    for (const competitor of count === undefined ? competitors : []) {
      progress(`${name}: calibrating ${competitor.name}`)
      await competitor.calibrate(extent.length)
    }
    for (let round = 1; round <= rounds; round++) {
      for (const competitor of competitors) {
        progress(`${name}: round ${round} of ${rounds}, ${competitor.name}`)
        await competitor.round()
      }
    }
  } finally {
    burning?.end()
    await Promise.all(competitors.map(competitor => competitor.close()))
  }
}
