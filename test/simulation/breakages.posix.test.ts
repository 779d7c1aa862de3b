import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
    const ended = once(peer, 'exit').then(() => Promise.reject(new Error('it ended without a word')))
    const [report] = (await Promise.race([once(peer, 'message'), ended])) as [BreakageReport]
    expect(report, `seed ${seed}`).toMatchObject({ found: true })
    if (report.found)
      console.log(`seed ${seed}: found in ${report.schedules} schedules, as ${report.faults[0]}`)
    await ended.catch(() => {})
  },
)

it('each breakage breaks something that is there', () => {
  for (const { file, edits } of breakages) {
    const built = readFileSync(join(import.meta.dirname, '../../dist', file), 'utf8')
    for (const [right] of edits) expect(built.split(right), `${file}: ${right}`).toHaveLength(2)
  }
})
