import assert from 'node:assert/strict'
import type { ConformanceCase } from '../conformance-case.js'
import { heartbeatOnly, lossy, oneThread, oneWay, unordered } from '../exclusions.js'

const ENDLESS = 1e9

/** Named, because a platform may be at fault here; see `ConformanceTarget.platformFaults`. */
export const KILLED_IN_MID_STREAM =
  'a peer that is killed while its writes wait for the reader leaves a correct beginning of what it sent'

/** A process that dies without a word is noticed by whoever is connected with it. */
export const peerDeathCases: readonly ConformanceCase[] = [
  {
    name: 'closed tells the survivor when an idle peer is killed, whoever had connected',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [oneThread, heartbeatOnly],
    async run(context) {
      const peer = await context.ownPeer()
      const accepted = await context.pair({ peer })
      const connected = await context.pair({ peer, connector: 'here' })
      await Promise.all([accepted.here.receive(), connected.here.receive()])
      await peer.kill()
      for (const end of [accepted.here, connected.here]) {
        assert.notEqual((await end.closed()).by, 'us')
        assert.equal(end.connection.send(new Uint8Array(1)), 'full')
      }
    },
  },
  {
    name: 'closed tells the survivor when a peer is killed in mid-conversation',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [oneThread, oneWay, heartbeatOnly, lossy, unordered],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.pair({ peer })
      await there.echo()
      const question = context.script({ count: 1, size: context.atMost(1000) })
      const converse = async (rounds: number) => {
        for (let round = 0; round < rounds; round++)
          await Promise.all([here.expect(question), here.send(question)])
      }
      await converse(50)
      const cutOff = context.meanwhile(converse(ENDLESS))
      await peer.kill()
      assert.notEqual((await here.closed()).by, 'us')
      await assert.rejects(cutOff)
    },
  },
  {
    name: KILLED_IN_MID_STREAM,
    aspect: 'peer-death',
    over: 'bare track',
    unless: [oneThread, heartbeatOnly, lossy, unordered],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.pair({ peer })
      const beginning = context.script({ count: 500, size: context.atMost(1000) })
      const endless = context.script({ count: ENDLESS, size: context.atMost(1000) })
      const arrived = context.meanwhile(here.expect(beginning))
      const cutOff = context.meanwhile(here.expect(endless))
      context.meanwhile(there.send(beginning).then(() => there.send(endless)))
      await arrived
      await peer.kill()
      assert.notEqual((await here.closed()).by, 'us')
      await assert.rejects(cutOff, /^Error: only \d+ of/)
    },
  },
  {
    name: 'a peer that is killed while it is being sent to ends the sending, which never throws',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [oneThread, heartbeatOnly],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.pair({ peer, connector: 'here' })
      const beginning = context.script({ count: 500, size: context.atMost(1000) })
      const endless = context.script({ count: ENDLESS, size: context.atMost(1000) })
      await here.receive()
      await Promise.all([there.expect(beginning), here.send(beginning)])
      context.meanwhile(there.expect(endless))
      const sending = context.meanwhile(here.send(endless))
      await peer.kill()
      assert.notEqual((await here.closed()).by, 'us')
      await assert.rejects(sending, /could not be sent: the connection was closed/)
      assert.equal(here.connection.send(new Uint8Array(1)), 'full')
    },
  },
  {
    name: 'a peer that exits without closing is noticed, and what it had sent before arrives',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [oneThread, heartbeatOnly, lossy, unordered],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.pair({ peer })
      const script = context.script({ count: 20, size: context.atMost(1000) })
      await Promise.all([here.expect(script), there.send(script)])
      assert.equal(await peer.exit(), 0)
      assert.notEqual((await here.closed()).by, 'us')
    },
  },
]
