import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { formatScript, type Script, scriptOf, shrink, simulate } from '../../src/testing/simulation/index.js'
import { runSchedules } from '../peers/schedules.js'
import { patience, storm } from '../support/scale.js'
import { tallied } from '../support/tally.js'
import { inSlices } from './in-slices.js'

/** Under Wine the code is the same, and only slower: a sample is enough there. */
const normal = inject('project') === 'wine' ? 300 : 20_000
const seed = Number(process.env['SIM_SEED'] ?? Date.now() % 1_000_000_000)
/** Of a storm, which has all cores for it. */
const schedulesOfStorm = Number(process.env['SIM_SCHEDULES'] ?? 1_000_000)

// Refusals are daily bread here, and their stacks a tenth of the work.
const { stackTraceLimit } = Error
beforeAll(() => {
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit
})

it(
  '[I1] [I2] [I3] [I4] [I6] [I7] [I8] [I9] [I10] [I11] links and the model of what an application may observe agree',
  async test => {
    const tally = tallied(test, seed, { schedules: 0 })
    const found = storm ? await inSlices(seed, schedulesOfStorm) : await runSchedules(seeds(normal))
    if (found.failed !== undefined) await fail(scriptOf(found.failed))
    const { schedules, several, mixed, messages } = found
    Object.assign(tally, { schedules, withThreeTracks: several, andOfAllKinds: mixed, ...messages })
  },
  patience,
)

function* seeds(count: number): Generator<number> {
  for (let at = 0; at < count; at++) yield seed + at
}

/** Fails with the shortest script that still shows a fault. */
async function fail(script: Script): Promise<never> {
  const shortest = await shrink(script, async candidate => (await simulate(candidate)).faults.length > 0)
  const { faults } = await simulate(shortest)
  expect.fail(`seed ${script.settings}: ${faults.join('; ')}\nreplay: ${formatScript(shortest)}`)
}
