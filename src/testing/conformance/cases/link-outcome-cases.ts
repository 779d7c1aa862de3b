import assert from 'node:assert/strict'
import type { ConformanceCase } from '../conformance-case.js'
import type { Outcomes } from '../end.js'

const ENDLESS = 1e9

/** Every message that a link took has one outcome, and its sender hears of it. */
export const linkOutcomeCases: readonly ConformanceCase[] = [
  {
    name: 'a rejection reaches the sender with its code, and what follows is accepted',
    aspect: 'both-ways',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair({ connector: 'here' })
      await there.reject(10)
      const script = context.script({ count: 1000, size: { upTo: 2000 } })
      await Promise.all([there.expect(script), here.send(script)])
      const { accepted, rejected, unknown } = await here.settled()
      assert.deepEqual(
        { accepted, rejected, unknown },
        { accepted: 900, rejected: { MAILBOX_FULL: 100 }, unknown: 0 },
      )
    },
  },
  {
    name: 'accepted means accepted by the receiver: what only arrived has no outcome yet',
    aspect: 'both-ways',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair({ connector: 'here' })
      await there.pause()
      const script = context.script({ count: 20, size: 100 })
      const arrived = context.meanwhile(there.expect(script))
      await here.send(script)
      await context.until(async () => (await there.traffic()).messages === 20)
      assert.equal((await here.outcomes()).open, 20, 'messages without an outcome')
      await there.resume()
      await arrived
      assert.equal((await here.settled()).accepted, 20)
    },
  },
  {
    name: 'closing a link waits for the outcomes of what was sent, then says who closed on each side',
    aspect: 'peer-death',
    over: 'link',
    async run(context) {
      for (const connector of ['here', 'there'] as const) {
        const { here, there } = await context.linkPair({ connector })
        const script = context.script({ count: 300, size: { upTo: 4000 } })
        const arrived = context.meanwhile(there.expect(script))
        await here.send(script)
        await here.close()
        await arrived
        assert.equal((await here.settled()).accepted, script.count)
        assert.equal((await here.closed()).by, 'us', 'the side that closed')
        assert.equal((await there.closed()).by, 'peer', 'the other side')
      }
    },
  },
  {
    name: 'both sides may close a link at once, while both send: every message has one outcome',
    aspect: 'peer-death',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair()
      const greeting = context.script({ count: 10, size: 100 })
      const endless = context.script({ count: ENDLESS, size: 1000 })
      await Promise.all([here.expect(greeting), there.send(greeting)])
      const sending = [here, there].map(end => context.meanwhile(end.send(endless)))
      await Promise.all([here.close(), there.close()])
      await Promise.all(sending.map(each => assert.rejects(each)))
      for (const end of [here, there]) {
        assert.notEqual((await end.closed()).by, 'fault')
        expectCompleteAccount(await end.settled(), (await end.sent()).frames)
      }
    },
  },
  {
    name: 'a link that is closed in the middle of a send leaves no message without an outcome, on either side',
    aspect: 'peer-death',
    over: 'link',
    async run(context) {
      for (const closer of ['here', 'there'] as const) {
        const { here, there } = await context.linkPair({ connector: 'here' })
        const beginning = context.script({ count: 200, size: 1000 })
        const endless = context.script({ count: ENDLESS, size: { upTo: 100_000 } })
        await Promise.all([there.expect(beginning), here.send(beginning)])
        await here.settled()
        const sending = context.meanwhile(here.send(endless))
        await (closer === 'here' ? here : there).close()
        await assert.rejects(sending)
        const outcomes = await here.settled()
        expectCompleteAccount(outcomes, (await here.sent()).frames)
        assert.ok(outcomes.accepted >= 200)
      }
    },
  },
  {
    name: 'a link that is aborted tells the sender of messages on their way that their outcome is unknown',
    aspect: 'peer-death',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair({ connector: 'here' })
      await there.pause()
      const script = context.script({ count: 50, size: 100 })
      context.meanwhile(there.expect(script))
      await here.send(script)
      await context.until(async () => (await there.traffic()).messages === 50)
      await there.abort()
      const { unknown, unknownCodes } = await here.settled()
      assert.deepEqual({ unknown, unknownCodes }, { unknown: 50, unknownCodes: ['PEER_LOST'] })
      assert.notEqual((await here.closed()).by, 'us')
      assert.equal((await there.closed()).by, 'us')
    },
  },
]

/**
 * Fails unless each message has exactly one outcome, and none of those that left is said to have failed:
 * where nobody rejects, the only rejection is that a message never left.
 */
export function expectCompleteAccount(outcomes: Outcomes, sent: number): void {
  const { CLOSED: neverLeft = 0, ...others } = outcomes.rejected
  assert.deepEqual(others, {}, 'rejections of what nobody rejected')
  assert.equal(outcomes.open, 0, 'messages without an outcome')
  assert.equal(
    outcomes.accepted + outcomes.unknown + neverLeft,
    sent,
    'outcomes of the messages that were sent',
  )
  if (outcomes.unknown > 0) assert.deepEqual(outcomes.unknownCodes, ['PEER_LOST'])
}
