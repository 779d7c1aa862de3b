import assert from 'node:assert/strict'
import { parseAddress } from '../../../core/contracts/address.js'
import type { CaseContext } from '../case-context.js'
import type { ConformanceCase } from '../conformance-case.js'
import type { LinkedEnd } from '../end.js'
import { connectProvesNothing, oneThread, unstoppable } from '../exclusions.js'
import { expectRejection } from '../expect-code.js'
import { LIVENESS_BOUND } from '../link-settings.js'
import { expectCompleteAccount } from './link-outcome-cases.js'

const KIB = 1024
const ENDLESS = 1e9
/** Milliseconds between two heartbeats where silence is to be noticed soon. */
const HEARTBEAT = 500
const lively = { heartbeat: HEARTBEAT }

/** Whoever dies, hangs or is stopped is found out through the link, whatever the mechanism tells. */
export const linkDeathCases: readonly ConformanceCase[] = [
  {
    name: 'a link ends when its idle peer is killed, whoever had connected',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      const pairs = [
        await context.linkPair({ peer, both: lively }),
        await context.linkPair({ peer, both: lively, connector: 'here' }),
      ]
      await peer.kill()
      for (const { here } of pairs) assert.notEqual((await here.closed()).by, 'us')
    },
  },
  {
    name: 'what a killed peer had not accepted is unknown (PEER_LOST), and never said to have failed',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.linkPair({ peer, connector: 'here', both: lively })
      const accepted = context.script({ count: 30, size: 100 })
      await Promise.all([there.expect(accepted), here.send(accepted)])
      await there.pause()
      await here.settled()
      const held = context.script({ count: 40, size: 100 })
      context.meanwhile(there.expect(held))
      await here.send(held)
      await context.until(async () => (await there.traffic()).messages === 70)
      await peer.kill()
      assert.deepEqual(await here.settled(), {
        accepted: 30,
        unknown: 40,
        rejected: {},
        unknownCodes: ['PEER_LOST'],
        open: 0,
      })
    },
  },
  {
    name: 'a peer that is killed while it reads leaves every message of the sender with one outcome',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.linkPair({ peer, connector: 'here', both: lively })
      const beginning = context.script({ count: 500, size: 1000 })
      const endless = context.script({ count: ENDLESS, size: { upTo: 4000 } })
      await Promise.all([there.expect(beginning), here.send(beginning)])
      context.meanwhile(there.expect(endless))
      const sending = context.meanwhile(here.send(endless))
      await peer.kill()
      assert.notEqual((await here.closed()).by, 'us')
      await assert.rejects(sending)
      expectCompleteAccount(await here.settled(), (await here.sent()).frames)
    },
  },
  {
    name: 'a peer that is killed while it writes leaves a correct beginning, and no message in halves',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.linkPair({ peer, both: lively })
      const beginning = context.script({ count: 500, size: 1000 })
      const endless = context.script({ count: ENDLESS, size: { upTo: 100_000 } })
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
    name: 'a message of which only parts came when the peer was killed is never delivered',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      const window = { messages: 4, bytes: 64 * KIB }
      const { here, there } = await context.linkPair({ peer, both: { ...lively, window } })
      // As long as the small one waits to be accepted, a window full of the large one comes, and no more.
      await here.pause()
      const small = context.script({ count: 1, size: 100 })
      const large = context.script({ count: 1, size: KIB * KIB })
      context.meanwhile(there.send(small).then(() => there.send(large)))
      await context.until(async () => (await here.traffic()).messages === 2)
      await peer.kill()
      assert.notEqual((await here.closed()).by, 'us')
      await here.resume()
      assert.ok((await here.received()).frames <= 1, 'the large message was delivered in part')
    },
  },
  {
    name: 'a peer that is killed in the middle of a conversation ends it, and its answers stop at a whole one',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.linkPair({ peer, both: lively })
      await there.echo()
      const question = context.script({ count: 1, size: 1000 })
      const converse = async (rounds: number) => {
        for (let round = 0; round < rounds; round++)
          await Promise.all([here.expect(question, 'replies'), here.send(question)])
      }
      await converse(50)
      const cutOff = context.meanwhile(converse(ENDLESS))
      await peer.kill()
      assert.notEqual((await here.closed()).by, 'us')
      await assert.rejects(cutOff)
      expectCompleteAccount(await here.settled(), (await here.sent()).frames)
    },
  },
  {
    name: 'a peer that is killed while it is stopped leaves the sender with unknown outcomes',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread, unstoppable],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.linkPair({ peer, connector: 'here' })
      await greet(context, here, there)
      peer.stop()
      const lost = context.script({ count: 20, size: 100 })
      await here.send(lost)
      await context.until(async () => here.link.traffic.sent.messages === 25)
      await peer.kill()
      const { accepted, unknown, unknownCodes } = await here.settled()
      assert.deepEqual(
        { accepted, unknown, unknownCodes },
        { accepted: 5, unknown: 20, unknownCodes: ['PEER_LOST'] },
      )
    },
  },
  {
    name: 'a peer whose event loop hangs is found silent within the liveness bound, and its outcomes are unknown',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.linkPair({ peer, connector: 'here', both: lively })
      await greet(context, here, there)
      peer.hang()
      const lost = context.script({ count: 20, size: 100 })
      context.meanwhile(here.send(lost))
      await expectSilence(context, here.closed())
      const outcomes = await here.settled()
      assert.equal(outcomes.accepted + outcomes.unknown, (await here.sent()).frames)
    },
  },
  {
    name: 'a peer that is stopped is found silent within the liveness bound, and learns of it when it goes on',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread, unstoppable],
    async run(context) {
      const peer = await context.ownPeer()
      const { here, there } = await context.linkPair({ peer, both: lively })
      const greeting = context.script({ count: 5, size: 100 })
      await Promise.all([here.expect(greeting), there.send(greeting)])
      peer.stop()
      await expectSilence(context, here.closed())
      peer.continue()
      assert.notEqual((await there.closed()).by, 'us')
    },
  },
  {
    name: 'a peer that is stopped for less than the liveness bound is forgiven, and goes on where it was',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread, unstoppable],
    async run(context) {
      const peer = await context.ownPeer()
      const window = { messages: 64, bytes: 64 * KIB }
      const { here, there } = await context.linkPair({ peer, connector: 'here', both: { window } })
      const script = context.script({ count: 5000, size: 500 })
      const arrived = context.meanwhile(there.expect(script))
      const sending = context.meanwhile(here.send(script))
      await context.until(async () => (await here.outcomes()).accepted > 0)
      peer.stop()
      await context.standstill(async () => (await here.sent()).frames)
      assert.ok((await here.sent()).frames < script.count, 'the sender waits for the peer')
      peer.continue()
      await Promise.all([sending, arrived])
      assert.equal((await here.settled()).accepted, script.count)
    },
  },
  {
    name: 'the name of a killed listener can be linked to again when it listens anew, as another incarnation',
    aspect: 'peer-death',
    over: 'link',
    unless: [oneThread, connectProvesNothing],
    async run(context) {
      const first = await context.ownPeer()
      const { address, listener } = await first.call('listen', context.address().href, 'link')
      const place = parseAddress(address)
      const [before] = await Promise.all([
        context.linkTo(place, lively),
        first.call('accept', listener, lively),
      ])
      await first.kill()
      await before.closed()
      await expectRejection('NO_LISTENER', context.linkTo(place), `a link to ${address} after its death`)
      const second = await context.ownPeer()
      const again = await second.call('listen', address, 'link')
      const [after, end] = await Promise.all([
        context.linkTo(place),
        second.call('accept', again.listener, {}),
      ])
      const script = context.script({ count: 5, size: 100 })
      await Promise.all([after.expect(script), second.call('tell', end, 'send', [script])])
      assert.notDeepEqual(after.link.session.theirs.incarnation, before.link.session.theirs.incarnation)
    },
  },
]

/** Five messages show that the link carries; their outcomes are known afterwards. */
async function greet(context: CaseContext, sender: LinkedEnd, receiver: LinkedEnd): Promise<void> {
  const greeting = context.script({ count: 5, size: 100 })
  await Promise.all([receiver.expect(greeting), sender.send(greeting)])
  await sender.settled()
}

/** Fails unless the link ends because its peer fell silent, in time. */
async function expectSilence(context: CaseContext, closed: Promise<{ code?: string }>): Promise<void> {
  const bound = LIVENESS_BOUND * HEARTBEAT
  const { clock } = context.setting.pluginContext
  const began = clock.now()
  assert.equal((await closed).code, 'PEER_SILENT')
  const took = clock.now() - began
  // A busy machine may be late in noticing; whoever needs minutes does not look at all.
  assert.ok(
    took < bound + context.setting.patience,
    `the silence was noticed after ${took} ms, not ${bound} ms`,
  )
}
