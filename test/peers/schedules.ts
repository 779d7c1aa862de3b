import { scriptOf, simulate } from 'signalbox/testing'

/** What schedules of the simulation came to, counted. */
export interface Found {
  schedules: number
  /** Those with three tracks and more at once. */
  several: number
  /** And with tracks of all kinds among them. */
  mixed: number
  messages: Record<string, number>
  /** The seed of the first one in which the links broke a promise; it is the last that ran. */
  failed?: number
}

/** Nothing so far. */
export function nothingFound(): Found {
  return { schedules: 0, several: 0, mixed: 0, messages: {} }
}

/** Adds `more` to `total`. */
export function addFound(total: Found, more: Found): void {
  total.schedules += more.schedules
  total.several += more.several
  total.mixed += more.mixed
  for (const [what, count] of Object.entries(more.messages))
    total.messages[what] = (total.messages[what] ?? 0) + count
  if (more.failed !== undefined) total.failed ??= more.failed
}

/** Simulates the schedules of `seeds`, until one fails. */
export async function runSchedules(seeds: Iterable<number>): Promise<Found> {
  const total = nothingFound()
  for (const seed of seeds) {
    const { faults, tracks, messages } = await simulate(scriptOf(seed))
    const several = tracks.atOnce >= 3
    addFound(total, {
      schedules: 1,
      several: Number(several),
      mixed: Number(several && tracks.kinds === 3),
      messages,
      ...(faults.length > 0 ? { failed: seed } : {}),
    })
    if (total.failed !== undefined) break
  }
  return total
}
