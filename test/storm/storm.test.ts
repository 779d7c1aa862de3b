import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtinTransports } from '../../src/composition/builtin-transports.js'
import { SeededRandom } from '../../src/testing/index.js'
import { patience, rounds, scaled, storm } from '../support/scale.js'
import { tallied } from '../support/tally.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { type Fault, faults } from './faults.js'
import { addFigures, type Figures, noFigures } from './figures.js'
import { judge } from './promises.js'
import { RoughNetwork } from './rough-network.js'
import { HEARTBEAT, Round } from './round.js'

/** `SIGNALBOX_SEED=<seed>` repeats the schedule of a storm. */
const seed = Number(process.env['SIGNALBOX_SEED'] ?? (Math.random() * 0x4000_0000) >>> 0)
const onWindows = process.platform === 'win32'
const FAULTS_IN_A_ROUND = scaled(onWindows ? 4 : 7, 20)

/** How nodes reach each other in one storm. */
interface Mechanism {
  readonly title: string
  readonly transport: string
  /** Whether it has connections of its own, which can be cut. */
  readonly cuts: boolean
  /** Whether a network of the test's own stands between the nodes. */
  readonly network: boolean
}

const mechanisms: Mechanism[] = []
for (const transport of builtinTransports()) {
  const { name } = transport
  const { reach, auto, rendezvous } = transport.describe(transport.nodeAddress('storm', 'any'))
  if (reach === 'process' || !(await transport.availability()).usable) continue
  if (rendezvous === 'introduced') continue // its processes meet by name
  if (!auto && !storm) continue // what nobody gets unasked waits for the long storms
  const cuts = transport.shape === 'connection'
  mechanisms.push({ title: name, transport: name, cuts, network: false })
  if (name === 'tcp')
    mechanisms.push({ title: 'tcp through a rough network', transport: name, cuts, network: true })
}
// Under Wine processes start slowly: there each short storm takes another one.
const due = onWindows && !storm ? mechanisms.filter((_, at) => at === seed % mechanisms.length) : mechanisms

describe.each(due)('in a storm over $title', mechanism => {
  it(
    '[I1] [I3] [I4] [I11] every message has its one true outcome, in order, and nothing is left over',
    async test => {
      const { cuts, network } = mechanism
      const schedule = faults(new SeededRandom(seed), {
        silence: 5 * HEARTBEAT,
        signals: !onWindows, // Windows has no signal that stops a process
        cuts,
        network,
      })
      const total = tallied(test, seed, { rounds: 0, ...noFigures() })
      const folder = temporaryFolder()
      for (const round of rounds(1, 100, 1 / (due.length - due.indexOf(mechanism)))) {
        const place = join(folder, `${round}`)
        mkdirSync(place)
        addFigures(total, await oneRound(mechanism, seed + round, place, schedule))
        total.rounds++
      }
      if (total.rounds > 0) expect(total.heard).toBeGreaterThan(0)
    },
    patience,
  )
})

async function oneRound(
  { title, transport, network: isRough }: Mechanism,
  roundSeed: number,
  folder: string,
  schedule: Generator<Fault>,
): Promise<Figures> {
  await using network = new RoughNetwork(new SeededRandom(roundSeed))
  const round = new Round({ transport, seed: roundSeed, folder, ...(isRough ? { network } : {}) })
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
    figures.leftOver = round.leftOver().length
    expect([...broken, ...round.faults]).toEqual([])
    for (const { kind } of done) figures[counterOf[kind]]++
    return figures
  } catch (error) {
    console.error(`storm over ${title}, round of seed ${roundSeed}: ${round.log.join(', ')}`)
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
  disturb: 'disturbances',
  close: 'closes',
} as const
