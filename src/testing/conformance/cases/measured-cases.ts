import assert from 'node:assert/strict'
import type { Connection } from '../../../core/contracts/connection.js'
import { isSignalboxError } from '../../../core/contracts/errors.js'
import type { CaseContext } from '../case-context.js'
import { type Census, takeCensus } from '../census.js'
import type { ConformanceCase } from '../conformance-case.js'
import { beyondOneProcess, lossy, oneThread, streams, unordered } from '../exclusions.js'
import { measured } from '../measurement.js'
import { ScriptReader } from '../script.js'

const KIB = 1024
/** Bytes that get through only where nobody stops a sender. Kernels alone hold up to 10 MiB of a TCP connection. */
const FLOOD = 48 * KIB * KIB

/** What the descriptor claims, against what the mechanism does. */
export const measuredCases: readonly ConformanceCase[] = [
  {
    name: 'the descriptor does not contradict itself',
    aspect: 'shape',
    over: 'bare track',
    async run(context) {
      const { persistent, connectProves, boundaries, delivery, ordered, maxFrame, reach, identity } =
        context.capabilities
      if (persistent)
        assert.equal(connectProves, 'nothing', 'persistent: what waits for a later reader was sent to nobody')
      if (boundaries === 'stream') {
        assert.equal(delivery, 'reliable', 'boundaries: a stream that loses bytes is not one')
        assert.ok(ordered, 'boundaries: a stream of which pieces overtake each other is not one')
      }
      if (reach === 'network')
        assert.notEqual(identity, 'kernel', 'identity: a kernel vouches for no process of another machine')
      assert.ok(maxFrame >= 1, `maxFrame: nothing fits into ${maxFrame} B`)
    },
  },
  measured({
    capability: 'reach',
    by: 'another process that connects',
    aspect: 'listen-connect',
    unless: [beyondOneProcess],
    async measure(context) {
      const peer = await context.setting.peers.startProcess()
      const queue = await context.listen()
      const attempt = peer.call('connect', queue.listener.address.href)
      const reached = await attempt.then(
        () => true,
        () => false,
      )
      return reached ? 'session' : 'process'
    },
  }),
  measured({
    capability: 'direction',
    by: 'a send from the side that listens',
    aspect: 'both-ways',
    async measure(context) {
      const { here } = await context.pair()
      return here.connection.send(new Uint8Array(1)) === 'sent' ? 'duplex' : 'simplex'
    },
  }),
  measured({
    capability: 'names',
    by: 'a second listener on a name',
    aspect: 'listen-connect',
    async measure(context) {
      const { address } = (await context.listen()).listener
      return (await fails('ADDRESS_IN_USE', context.listen(address))) ? 'exclusive' : 'shared'
    },
  }),
  measured({
    capability: 'connectProves',
    by: 'connecting to a name where nobody listens',
    aspect: 'listen-connect',
    async measure(context) {
      const queue = await context.listen()
      await queue.close()
      return (await fails('NO_LISTENER', context.connect(queue.listener.address))) ? 'listener' : 'nothing'
    },
  }),
  measured({
    capability: 'boundaries',
    by: 'a burst of tiny frames, empty ones among them',
    aspect: 'shape',
    unless: [lossy, unordered],
    async measure(context) {
      const { here, there } = await context.pair()
      const tiny = context.script({ count: 300, size: { upTo: context.atMost(10) } })
      const last = context.script({ count: 1, size: context.atMost(9) }) // an empty one at the end might go unseen
      const total = [tiny, last].reduce((sum, script) => sum + new ScriptReader(script).bytes().length, 0)
      const sizes = sizesOf(here.connection, total)
      await there.send(tiny)
      await there.send(last)
      const pieces = await sizes
      return pieces.length === tiny.count + 1 && pieces.includes(0) ? 'message' : 'stream'
    },
  }),
  measured({
    capability: 'flowControl',
    by: 'a flood to a reader that stopped',
    aspect: 'limits',
    async measure(context) {
      const { here, there } = await context.pair({ connector: 'here' })
      await there.pause()
      await there.receive()
      const size = context.atMost(64 * KIB)
      const flood = context.script({ count: Math.ceil(Math.min(FLOOD / size, 100_000)), size })
      const through = context.meanwhile(here.send(flood))
      // A sender that only pauses for breath is not stopped: who claims that nothing stops it gets its time.
      if (context.capabilities.flowControl === 'none') await Promise.race([through, context.patience()])
      const taken = await context.standstill(async () => (await here.sent()).frames)
      return taken === flood.count ? 'none' : 'track'
    },
  }),
  measured({
    capability: 'delivery',
    by: 'a census of numbered frames',
    aspect: 'both-ways',
    unless: [lossy, streams],
    async measure(context) {
      const { lost, twice } = await census(context)
      assert.equal(twice, 0, `${twice} frames arrived twice`)
      return lost === 0 ? 'reliable' : 'lossy'
    },
  }),
  measured({
    capability: 'ordered',
    by: 'a census of numbered frames',
    aspect: 'both-ways',
    unless: [unordered, streams],
    async measure(context) {
      return (await census(context)).overtaken === 0
    },
  }),
  measured({
    capability: 'close',
    by: 'the death of an idle peer',
    aspect: 'peer-death',
    unless: [oneThread],
    async measure(context) {
      const peer = await context.ownPeer()
      const { here } = await context.pair({ peer })
      await here.receive()
      let noticed = false
      const closed = here.closed().then(() => {
        noticed = true
      })
      await peer.kill()
      // That nothing happens has no event: who claims a heartbeat gets a while, everybody else their time.
      if (context.capabilities.close === 'heartbeat') await context.standstill(async () => Number(noticed))
      else await Promise.race([closed, context.patience()])
      if (!noticed) return 'heartbeat'
      // Whether the mechanism told or a watch on the process did cannot be seen from here.
      return context.capabilities.close === 'heartbeat' ? 'mechanism' : undefined
    },
  }),
]

async function fails(code: 'ADDRESS_IN_USE' | 'NO_LISTENER', attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt
    return false
  } catch (error) {
    if (isSignalboxError(error, code)) return true
    throw error
  }
}

/** The sizes of what arrives, until it is `total` bytes. */
function sizesOf(connection: Connection, total: number): Promise<readonly number[]> {
  const sizes: number[] = []
  let arrived = 0
  return new Promise(resolve =>
    connection.receive(({ bytes }) => {
      sizes.push(bytes.length)
      arrived += bytes.length
      if (arrived === total) resolve(sizes)
    }),
  )
}

async function census(context: CaseContext): Promise<Census> {
  const { frames, patience, pluginContext } = context.setting
  const { here, there } = await context.pair()
  const script = context.script({ count: frames, size: context.atMost(64) })
  const taken = takeCensus(here.connection, frames, pluginContext.clock, patience)
  context.meanwhile(there.send(script))
  return taken
}
