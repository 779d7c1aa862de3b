import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtinTransports } from '../../src/composition/builtin-transports.js'
import type { ConnectionTransport } from '../../src/index.js'
import { SeededRandom } from '../../src/testing/index.js'
import { rounds, scaled } from '../support/scale.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { type Fault, faults } from './faults.js'
import { addFigures, describeFigures, type Figures, noFigures } from './figures.js'
import { judge } from './promises.js'
import { HEARTBEAT, Round } from './round.js'

/** `SIGNALBOX_SEED=<seed>` repeats the schedule of a storm. */
const seed = Number(process.env['SIGNALBOX_SEED'] ?? (Math.random() * 0x4000_0000) >>> 0)
const onWindows = process.platform === 'win32'
const FAULTS_IN_A_ROUND = scaled(onWindows ? 4 : 7, 20)
/** Milliseconds until a storm counts as hung: what hangs inside says so itself, and sooner. */
const PATIENCE = scaled(300_000, 24 * 3_600_000)

/** Those with connections of their own, which can be cut. */
const usable: ConnectionTransport[] = []
for (const transport of builtinTransports()) {
  if (transport.shape !== 'connection') continue
  const { reach } = transport.describe(transport.nodeAddress('storm', 'any'))
  if (reach !== 'process' && (await transport.availability()).usable) usable.push(transport)
}

describe.each(usable)('in a storm over $name', transport => {
  it(
    '[I1] [I3] [I4] [I11] every message has its one true outcome, in order, and nothing is left over',
    async () => {
      const schedule = faults(new SeededRandom(seed), {
        silence: 5 * HEARTBEAT,
        signals: !onWindows, // Windows has no signal that stops a process
      })
      const total = noFigures()
      const folder = temporaryFolder()
      let done = 0
      for (const round of rounds(1, 100, 1 / (usable.length - usable.indexOf(transport)))) {
        const place = join(folder, `${round}`)
        mkdirSync(place)
        addFigures(total, await oneRound(transport.name, seed + round, place, schedule))
        done++
      }
      console.info(`storm over ${transport.name}, seed ${seed}, ${done} rounds: ${describeFigures(total)}`)
      if (done > 0) expect(total.heard).toBeGreaterThan(0)
    },
    PATIENCE,
  )
})

async function oneRound(
  transport: string,
  roundSeed: number,
  folder: string,
  schedule: Generator<Fault>,
): Promise<Figures> {
  const round = new Round({ transport, seed: roundSeed, folder })
  const done: Fault[] = []
  try {
    await round.begin()
    while (done.length < FAULTS_IN_A_ROUND) {
      const { value: fault } = schedule.next()
      await round.hit(fault)
      done.push(fault)
    }
    await round.settle()
    const { figures, broken } = judge(round.lives)
    await round.end()
    expect([...broken, ...round.faults]).toEqual([])
    for (const { kind } of done) figures[counterOf[kind]]++
    return figures
  } catch (error) {
    console.error(`storm over ${transport}, round of seed ${roundSeed}: ${round.log.join(', ')}`)
    throw error
  } finally {
    await round.abandon()
  }
}

const counterOf = {
  kill: 'kills',
  exit: 'kills',
  stop: 'pauses',
  hang: 'pauses',
  cut: 'cuts',
  close: 'closes',
} as const
