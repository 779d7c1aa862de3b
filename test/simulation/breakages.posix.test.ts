import { once } from 'node:events'
import { expect, it } from 'vitest'
import type { BreakageReport } from '../peers/broken-simulation.js'
import { forkPeer } from '../support/peer.js'
import { scaled } from '../support/scale.js'
import { breakages, QUICKLY } from './breakages.js'

const seed = Number(process.env['SIM_SEED'] ?? Date.now() % 1_000_000_000)
const due = breakages.filter(({ within }) => within <= scaled(QUICKLY, Number.POSITIVE_INFINITY))

const named = due.map(breakage => [breakage.what, breakage] as const)

it.each(named)(
  'the simulation finds a link in which this is broken: %s',
  async (_, { within, ...breakage }) => {
    const peer = forkPeer('broken-simulation', [JSON.stringify(breakage), `${seed}`, `${within}`])
    const [report] = (await once(peer, 'message')) as [BreakageReport]
    expect(report, `seed ${seed}`).toMatchObject({ found: true })
    if (report.found)
      console.log(`seed ${seed}: found in ${report.schedules} schedules, as ${report.faults[0]}`)
  },
)
