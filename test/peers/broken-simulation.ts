// Simulates with a broken build: `broken-simulation.js <Breakage as JSON> <seed> <schedules>`. It reports over IPC what
// was found first.
import { register } from 'node:module'
import type { Breakage } from './breaking-hooks.js'

/** What became of a simulation with a breakage. */
export type BreakageReport =
  | { readonly found: true; readonly schedules: number; readonly faults: readonly string[] }
  | { readonly found: false; readonly schedules: number }

const [data = '', seed = '', schedules = ''] = process.argv.slice(2)
register('./breaking-hooks.js', { parentURL: import.meta.url, data: JSON.parse(data) as Breakage })
const { scriptOf, simulate } = await import('signalbox/testing')

Error.stackTraceLimit = 0 // refusals are daily bread here
/** What breaks off is found, too. */
const broken: string[] = []
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => broken.push(String(error)))

report(await search(Number(seed), Number(schedules)))

async function search(from: number, most: number): Promise<BreakageReport> {
  for (let count = 0; count < most; count++) {
    const { faults } = await simulate(scriptOf(from + count))
    if (faults.length + broken.length > 0)
      return { found: true, schedules: count + 1, faults: [...faults, ...broken] }
  }
  return { found: false, schedules: most }
}

function report(report: BreakageReport): void {
  process.send?.(report)
  process.disconnect?.()
}
