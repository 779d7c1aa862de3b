import { expect, it } from 'vitest'
import { builtinTransports } from '../../src/composition/builtin-transports.js'
import { SeededRandom } from '../../src/testing/index.js'
import { patience, scaled } from '../support/scale.js'
import { tallied } from '../support/tally.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { RoughNetwork, roughness } from './rough-network.js'
import { SessionPeer } from './session-peer.js'

/** `SIGNALBOX_SEED=<seed>` repeats the faults of a storm, as far as processes repeat themselves. */
const seed = Number(process.env['SIGNALBOX_SEED'] ?? (Math.random() * 0x4000_0000) >>> 0)
const onWindows = process.platform === 'win32'
/** `SIGNALBOX_STORM_FRAMES=<count>`: how many messages one session carries. */
const frames = Number(
  process.env['SIGNALBOX_STORM_FRAMES'] ??
    scaled(onWindows ? 60_000 : 200_000, onWindows ? 1_000_000 : 100_000_000),
)
/** Bytes: a small message, and how many orders of them there are. */
const size = 16
const lanes = 8
/** Of some hundred reports of progress, those at which nothing happens. */
const CALM = 5

it(
  '[I4] [I6] [I8] a session goes on while its tracks are cut, stalled, torn and swallowed: each message comes once, in its order',
  async test => {
    const tally = tallied(test, seed, { cuts: 0, stall: 0, swallow: 0, tear: 0, reset: 0 })
    const random = new SeededRandom(seed)
    const folder = temporaryFolder()
    await using network = new RoughNetwork(random)
    const places = await placesFor()
    await using listener = new SessionPeer({ role: 'listener', folder, places })
    const { addresses } = await listener.report('listens')
    const port = Number(new URL(addresses[0] ?? '').port)
    // The first track of tcp goes through the network; another one goes straight.
    const ways = [`tcp://127.0.0.1:${await network.front(port)}`, ...addresses]
    const flood = { frames, lanes, size }
    await using dialler = new SessionPeer({ role: 'dialler', folder, ways, flood })
    dialler.onProgress = () => {
      if (random.below(CALM) > 0) return
      const how = [...roughness, 'cut' as const, 'cut' as const][random.below(roughness.length + 2)] ?? 'cut'
      if (how === 'cut') {
        tally.cuts++
        dialler.tell({ order: 'cut', way: random.below(ways.length) })
      } else {
        tally[how]++
        network.disturb(how)
      }
    }
    const { event: _, ...sent } = await dialler.report('done')
    const asked = listener.report('tally')
    listener.tell({ order: 'tally' })
    const { event: __, ...arrived } = await asked
    Object.assign(tally, sent, arrived, { lost: frames + arrived.twice - arrived.heard })
    expect({ ...sent, ...arrived }).toEqual({
      joins: expect.any(Number),
      accepted: frames,
      rejected: 0,
      unknown: 0,
      sessions: 1,
      heard: frames,
      twice: 0,
      overtaken: 0,
      damaged: 0,
    })
    expect(sent.joins).toBeGreaterThan(ways.length)
  },
  patience,
)

/** A place on each mechanism between processes that there is; tcp comes first. */
async function placesFor(): Promise<string[]> {
  const places: string[] = []
  const unique = `storm-${process.pid}-${seed}`
  for (const transport of builtinTransports()) {
    const address = transport.nodeAddress('storm', unique)
    const { reach, rendezvous } = transport.describe(address)
    if (reach === 'process' || rendezvous === 'introduced') continue // its processes meet by name
    if (!(await transport.availability()).usable) continue
    if (transport.name === 'tcp') places.unshift(address.href)
    else places.push(address.href)
  }
  return places
}
