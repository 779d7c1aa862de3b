// Schedules of the simulation in a process of their own: `simulation-slice.js <Slice as JSON>`. Tells what was found.
import { runSchedules } from './schedules.js'

/** Every `step`th seed from `first` on, before `end`. */
export interface Slice {
  readonly first: number
  readonly step: number
  readonly end: number
  /** ms since the epoch, after which no schedule begins. @default it runs them all */
  readonly deadline?: number
}

const slice = JSON.parse(process.argv[2] ?? '{}') as Slice

Error.stackTraceLimit = 0 // refusals are daily bread here, and their stacks a tenth of the work
process.on('disconnect', () => process.exit(1))
process.send?.(await runSchedules(seedsOf(slice)), () => process.exit(0))

function* seedsOf({ first, step, end, deadline = Number.POSITIVE_INFINITY }: Slice): Generator<number> {
  for (let seed = first; seed < end && Date.now() < deadline; seed += step) yield seed
}
