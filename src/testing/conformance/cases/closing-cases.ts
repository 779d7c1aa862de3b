import assert from 'node:assert/strict'
import { SignalboxError } from '../../../core/contracts/errors.js'
import type { ConformanceCase } from '../conformance-case.js'
import { heartbeatOnly, lossy } from '../exclusions.js'

/** How connections end when their owners want it. */
export const closingCases: readonly ConformanceCase[] = [
  {
    name: 'close lets everything that was sent arrive, then says who closed on each side',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [lossy, heartbeatOnly],
    async run(context) {
      for (const connector of ['here', 'there'] as const) {
        const { here, there } = await context.pair({ connector })
        const [from, to] = connector === 'here' ? [here, there] : [there, here]
        const script = context.script({ count: 500, size: { upTo: context.atMost(16 * 1024) } })
        const arrived = context.meanwhile(to.expect(script))
        await Promise.all([from.receive(), from.send(script)])
        await from.close()
        await arrived
        assert.equal((await from.closed()).by, 'us', 'the side that closed')
        assert.equal((await to.closed()).by, 'peer', 'the other side')
      }
    },
  },
  {
    name: 'a peer that closes is noticed also where nobody receives yet',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [heartbeatOnly],
    async run(context) {
      const { here, there } = await context.pair()
      context.meanwhile(there.close())
      assert.equal((await here.closed()).by, 'peer')
    },
  },
  {
    name: 'what a peer sent before it closed reaches a sink that comes later',
    aspect: 'both-ways',
    over: 'bare track',
    unless: [lossy],
    async run(context) {
      const { here, there } = await context.pair()
      const script = context.script({ count: 30, size: context.atMost(100) })
      await there.send(script)
      context.meanwhile(there.close())
      await context.standstill(async () => (await here.received()).bytes)
      await here.expect(script)
    },
  },
  {
    name: 'closing twice is harmless',
    aspect: 'shape',
    over: 'bare track',
    async run(context) {
      const { here, there } = await context.pair()
      await Promise.all([here.receive(), there.receive()])
      await Promise.all([here.close(), here.close()])
      await here.close()
      here.connection.abort()
      assert.equal((await here.closed()).by, 'us')
    },
  },
  {
    name: 'after close, send says full and never throws, and writable$ completes',
    aspect: 'shape',
    over: 'bare track',
    async run(context) {
      const { here, there } = await context.pair()
      await Promise.all([here.receive(), there.receive()])
      const completed = new Promise<void>(resolve =>
        here.connection.writable$.subscribe({ complete: resolve }),
      )
      const closing = here.close()
      assert.equal(here.connection.send(new Uint8Array(1)), 'full', 'send while it closes')
      await closing
      await completed
      assert.equal(here.connection.send(new Uint8Array(1)), 'full', 'send after close')
    },
  },
  {
    name: 'both sides may close at once, and neither hears of a fault',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [heartbeatOnly],
    async run(context) {
      const { here, there } = await context.pair()
      await Promise.all([here.receive(), there.receive()])
      await Promise.all([here.close(), there.close()])
      for (const { by } of [await here.closed(), await there.closed()]) assert.notEqual(by, 'fault')
    },
  },
  {
    name: 'abort ends a connection at once, also against a peer that does not read, and reports its error',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [lossy, heartbeatOnly],
    async run(context) {
      const { here, there } = await context.pair()
      await there.pause()
      await there.receive()
      const endless = context.script({ count: 1e9, size: context.atMost(16 * 1024) })
      context.meanwhile(here.send(endless))
      await context.standstill(async () => Math.min((await here.sent()).fulls, 1))
      const broken = new SignalboxError('PROTOCOL_VIOLATION', 'the peer broke a rule')
      here.connection.abort(broken)
      assert.deepEqual(await here.connection.closed, { by: 'fault', error: broken })
      await there.resume()
      assert.notEqual((await there.closed()).by, 'us')
    },
  },
  {
    name: 'a peer that aborts is noticed',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [heartbeatOnly],
    async run(context) {
      const { here, there } = await context.pair()
      await here.receive()
      await there.abort()
      assert.equal((await there.closed()).by, 'us')
      assert.notEqual((await here.closed()).by, 'us')
    },
  },
]
