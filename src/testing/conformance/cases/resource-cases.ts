import assert from 'node:assert/strict'
import { parseAddress } from '../../../core/contracts/address.js'
import type { CaseContext } from '../case-context.js'
import type { ConformanceCase } from '../conformance-case.js'
import { exchangeInThread } from '../exchange-in-thread.js'
import { heartbeatOnly, lossy, oneThread } from '../exclusions.js'
import { openAndClose, untilClosed } from '../open-and-close.js'
import { type OpenHandles, openHandles } from '../open-handles.js'

/** Handles that come and go by themselves: a system library that loads late, a thread of the pool. */
const NOISE = 12

/** Nothing stays behind: no handle, no thread, no reason to live. */
export const resourceCases: readonly ConformanceCase[] = [
  {
    name: 'many connections opened and closed leave no handle behind, on either side',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [heartbeatOnly],
    run: openCloseAndCount,
  },
  {
    name: 'many links opened and closed leave no handle behind, on either side',
    aspect: 'listen-connect',
    over: 'link',
    run: openCloseAndCount,
  },
  {
    name: 'process.exit is not held up by an open listener and connections',
    aspect: 'threads',
    over: 'bare track',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      await peer.call('listen', context.address().href)
      await context.pair({ peer })
      await context.pair({ peer, connector: 'here' })
      assert.equal(await peer.exit(), 0)
    },
  },
  {
    name: 'a process that has closed everything ends by itself',
    aspect: 'threads',
    over: 'bare track',
    unless: [oneThread, lossy],
    async run(context) {
      const peer = await context.ownPeer()
      for (const connector of ['here', 'there'] as const) {
        const { here, there } = await context.pair({ peer, connector })
        const [from, to] = connector === 'here' ? [here, there] : [there, here]
        const script = context.script({ count: 50, size: context.atMost(1000) })
        await Promise.all([to.expect(script), from.receive(), from.send(script)])
      }
      await peer.call('reset')
      assert.equal(await peer.release(), 0)
    },
  },
  {
    name: 'it works in a worker thread as on the main thread, and lets the thread end',
    aspect: 'threads',
    over: 'bare track',
    unless: [lossy],
    async run(context) {
      const { target, pluginContext } = context.setting
      const code = await exchangeInThread({
        source: target.source,
        runtimeFolder: pluginContext.runtimeFolder,
        address: context.address().href,
        script: context.script({ count: 200, size: { upTo: context.atMost(4096) } }),
      })
      assert.equal(code, 0, "the thread's exit code")
    },
  },
  {
    name: 'a link works in a worker thread, and lets the thread end',
    aspect: 'threads',
    over: 'link',
    async run(context) {
      const { target, pluginContext } = context.setting
      const code = await exchangeInThread({
        source: target.source,
        runtimeFolder: pluginContext.runtimeFolder,
        address: context.address().href,
        script: context.script({ count: 200, size: { upTo: 4096 } }),
        link: {},
      })
      assert.equal(code, 0, "the thread's exit code")
    },
  },
  {
    name: 'process.exit is not held up by open links',
    aspect: 'threads',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      await context.linkPair({ peer })
      await context.linkPair({ peer, connector: 'here' })
      assert.equal(await peer.exit(), 0)
    },
  },
  {
    name: 'a process that has closed its links ends by itself',
    aspect: 'threads',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      const pairs = [await context.linkPair({ peer }), await context.linkPair({ peer, connector: 'here' })]
      for (const { here, there } of pairs) {
        const script = context.script({ count: 50, size: 1000 })
        await Promise.all([here.expect(script), there.send(script)])
        await there.close()
      }
      await peer.call('reset')
      assert.equal(await peer.release(), 0)
    },
  },
]

/** Opens and closes what the case drives, from both sides. */
async function openCloseAndCount(context: CaseContext): Promise<void> {
  const peer = await context.peer()
  const { cycles, over, pluginContext, peers } = context.setting
  await peers.settled() // what is started ahead may be a thread, whose handles are this process's
  const queue = await context.listen()
  const { listener, address } = await peer.call('listen', context.address().href, over)
  const theyConnect = (times: number) =>
    Promise.all([
      queue.serve(times, async connection =>
        untilClosed(over === 'link' ? await context.link('listener', connection) : connection),
      ),
      peer.call('openAndClose', queue.listener.address.href, times, over),
    ])
  const place = parseAddress(address)
  const weConnect = (times: number) =>
    Promise.all([
      peer.call('acceptAndDrain', listener, times),
      openAndClose(
        () => (over === 'link' ? context.linkTo(place) : context.transport.connect(place, pluginContext)),
        times,
      ),
    ])
  // The first ones load what is loaded once.
  await theyConnect(5)
  await weConnect(5)
  const before = { here: openHandles(), there: await peer.call('handles') }
  await theyConnect(cycles)
  await weConnect(cycles)
  const held = [
    await expectNoLeak('this process', before.here, context, async () => openHandles()),
    await expectNoLeak('the peer', before.there, context, () => peer.call('handles')),
  ]
  context.setting.report(`${cycles} cycles each way; ${held.join('; ')}`)
}

/** @returns what there was before and after, for people */
async function expectNoLeak(
  where: string,
  before: OpenHandles,
  context: CaseContext,
  count: () => Promise<OpenHandles>,
): Promise<string> {
  const grown = async () => (await count()).system - before.system
  // A closed handle is gone a few turns later.
  if ((await grown()) >= NOISE) await context.standstill(grown)
  const after = await count()
  const detail = `before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`
  const more = after.system - before.system
  assert.ok(
    more < NOISE,
    `${where} holds ${more} handles more after ${context.setting.cycles} cycles: ${detail}`,
  )
  return `${where}: handles ${before.system} → ${after.system}, memory ${mebibytes(before)} → ${mebibytes(after)} MiB`
}

function mebibytes({ resident }: OpenHandles): number {
  return Math.round(resident / 2 ** 20)
}
