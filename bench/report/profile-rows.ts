import type { ComparisonResult } from '../comparison.js'
import type { BusyTime, Share } from '../profile/busy-time.js'

/** Parts of the whole that are listed. */
const PARTS = 10

/** What a process did, as texts. */
export interface ProfileRows {
  readonly title: string
  readonly parts: string
  readonly functions: readonly string[]
}

/** Where the time of all entrants' processes went, where that was looked at. */
export function profileRows({ entries }: ComparisonResult): ProfileRows[] {
  return entries.flatMap(entry =>
    (entry.profile ?? []).map((time, at) => rowsOf(`${entry.entrant}, ${at === 0 ? 'near' : 'far'}`, time)),
  )
}

function rowsOf(who: string, { busy, idle, parts, functions }: BusyTime): ProfileRows {
  return {
    title: `${who}: busy ${busy.toFixed(0)} ms, idle ${idle.toFixed(0)} ms`,
    parts: parts.slice(0, PARTS).map(percentage).join(' · '),
    functions: functions.map(percentage),
  }
}

function percentage({ name, share }: Share): string {
  return `${(share * 100).toFixed(1).padStart(4)} % ${name}`
}
