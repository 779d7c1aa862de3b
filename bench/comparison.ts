import type { Profile } from './profile/profiler.js'
import type { Figures } from './sample.js'

/** One row of a table: somebody who does the work. It is a process that answers rounds; see `Contestant`. */
export interface Entrant {
  /** `net`, `named-pipe`. */
  readonly name: string
  /** The program, relative to the built bench. */
  readonly program: string
  readonly args: readonly string[]
  /** Of Node, before the program. @default none */
  readonly execArgv?: readonly string[]
}

/** The same work done by several, in rounds that take turns: only what was measured side by side is compared. */
export interface Comparison {
  /** What `--only` selects: `typed-tell`. */
  readonly name: string
  readonly title: string
  /** What one of them is: `message`, `question`. */
  readonly unit: string
  /** What many of them are. @default the unit with an s */
  readonly units?: string
  readonly entrants: readonly Entrant[]
  /** The entrant that ratios are given to. */
  readonly baseline: string
  /** The entrants that are not Signalbox. */
  readonly rivals: readonly string[]
  /** Processes that only burn CPU meanwhile. @default 0 */
  readonly hogs?: number
  /** How many make a round; a quick run has half of them. @default calibration finds it */
  readonly count?: number
  /** Rounds of `count` before the ones that are measured. @default none */
  readonly warmUps?: number
  /** Where they are slow; a run that has fewer has fewer here, too. @default as many as the run has */
  readonly rounds?: number
  /**
   * How often all are started anew, each time for so many rounds: where much hangs on what the scheduler does with two processes
   * that have just met. Not more often than the run has rounds. @default once
   */
  readonly starts?: number
  readonly goals: readonly Goal[]
  /** Whether it is about how many there are in a second. @default true */
  readonly rated?: boolean
  /** What is printed of `Sample.measured`. @default none */
  readonly measures?: readonly Measure[]
}

/** A figure of a workload's own. */
export interface Measure {
  /** Its name in `Sample.measured`. */
  readonly name: string
  readonly title: string
  readonly unit: string
}

/** Something that a row is to reach. */
export interface Goal {
  /** Whose figure. */
  readonly entrant: string
  readonly figure: FigureName
  /** Divided by the same figure of this entrant; without it the figure itself counts. */
  readonly to?: string
  /** Whether more is better, or less. */
  readonly best: 'high' | 'low'
  readonly atLeast: number
  readonly stretch?: number
}

/** A figure that a goal can name; others are the workload's own. */
export type FigureName = 'rate' | 'cpu' | 'p50' | 'p99' | (string & {})

/** What became of a comparison. */
export interface ComparisonResult {
  readonly comparison: Comparison
  readonly entries: readonly Entry[]
}

/** What became of an entrant: its figures, or why there are none. */
export type Entry = {
  readonly entrant: string
  /** Where its time went, if that was looked at. */
  readonly profile?: Profile
} & ({ readonly figures: Figures } | { readonly missing: string })

/** How a goal fared. */
export interface Verdict {
  readonly goal: Goal
  /** Undefined where an entrant that it needs is missing. */
  readonly value: number | undefined
  readonly met: 'stretch' | 'yes' | 'no' | 'unknown'
}

/** Judges all goals of a comparison. */
export function verdicts({ comparison, entries }: ComparisonResult): Verdict[] {
  return comparison.goals.map(goal => {
    const own = figureOf(entries, goal.entrant, goal.figure)
    const other = goal.to === undefined ? 1 : figureOf(entries, goal.to, goal.figure)
    const value = own === undefined || other === undefined ? undefined : own / other
    return { goal, value, met: judge(goal, value) }
  })
}

/** A figure of an entrant, undefined where there is none. */
export function figureOf(entries: readonly Entry[], entrant: string, name: FigureName): number | undefined {
  const entry = entries.find(candidate => candidate.entrant === entrant)
  if (entry === undefined || 'missing' in entry) return undefined
  const { rate, cpu, latency, measured } = entry.figures
  if (name === 'rate') return rate
  if (name === 'cpu') return cpu
  if (name === 'p50') return latency?.p50
  return name === 'p99' ? latency?.p99 : measured?.[name]
}

function judge({ best, atLeast, stretch }: Goal, value: number | undefined): Verdict['met'] {
  if (value === undefined) return 'unknown'
  const reaches = (goal: number) => (best === 'high' ? value >= goal : value <= goal)
  if (stretch !== undefined && reaches(stretch)) return 'stretch'
  return reaches(atLeast) ? 'yes' : 'no'
}
