import assert from 'node:assert/strict'
import type { Address } from '../../../core/contracts/address.js'
import type { ErrorCode } from '../../../core/contracts/errors.js'
import type { AcceptQueue } from '../accept-queue.js'
import type { CaseContext } from '../case-context.js'
import type { ConformanceCase } from '../conformance-case.js'
import type { End } from '../end.js'
import { oneAtATime } from '../exclusions.js'
import { expectRejection } from '../expect-code.js'
import type { LinkSettings } from '../link-settings.js'

/** Only who knows the secret and speaks the protocol gets a link, and nobody else does harm. */
export const linkHandshakeCases: readonly ConformanceCase[] = [
  {
    name: 'both ends of a link know whom they speak with',
    aspect: 'listen-connect',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair()
      const { session } = here.link
      assert.equal(session.role, 'listener')
      assert.notDeepEqual(session.mine.incarnation, session.theirs.incarnation)
      assert.equal(here.link.peer, session.theirs.node)
      for (const end of [here, there])
        assert.equal((await end.remote()).user.by, context.capabilities.identity)
    },
  },
  {
    name: 'a dialler with the wrong secret is refused with AUTHENTICATION_FAILED on both sides, and the next is served',
    aspect: 'listen-connect',
    over: 'link',
    run: context => expectRefusal(context, { secret: 'a guess' }, 'AUTHENTICATION_FAILED'),
  },
  {
    name: 'a dialler of another namespace is refused with HANDSHAKE_REFUSED, and the next is served',
    aspect: 'listen-connect',
    over: 'link',
    run: context => expectRefusal(context, { namespace: 'elsewhere' }, 'HANDSHAKE_REFUSED'),
  },
  {
    name: 'a stranger who speaks another protocol is refused and cut off, and the next is served',
    aspect: 'listen-connect',
    over: 'link',
    async run(context) {
      const queue = await context.listen()
      const request = Buffer.from('GET / HTTP/1.1\r\nHost: nowhere\r\nContent-Length: 3\r\n\r\nabc')
      const { stranger, accepting } = await strangerAt(context, queue)
      assert.equal(stranger.connection.send(request), 'sent')
      await expectRejection('PROTOCOL_VIOLATION', accepting, 'a handshake with a stranger')
      await expectCutOff(context, stranger)
      await expectService(context, queue)
    },
  },
  {
    name: 'a stranger who says nothing is given up after a while, and holds up nobody',
    aspect: 'listen-connect',
    over: 'link',
    async run(context) {
      const queue = await context.listen()
      const { stranger, accepting } = await strangerAt(context, queue, 300)
      await expectService(context, queue)
      await expectRejection('TIMEOUT', accepting, 'a handshake with a stranger')
      await expectCutOff(context, stranger)
    },
  },
  {
    name: 'many peers link to one listener at once, each with a link of its own',
    aspect: 'listen-connect',
    over: 'link',
    unless: [oneAtATime],
    async run(context) {
      const queue = await context.listen()
      const peer = await context.peer()
      const { href } = queue.listener.address
      const count = 20
      const dialling = Promise.all(Array.from({ length: count }, () => peer.call('connect', href, {})))
      const links = await Promise.all(
        Array.from({ length: count }, async () => context.link('listener', await queue.next())),
      )
      const ends = await dialling
      const script = context.script({ count: 20, size: { upTo: 1000 } })
      await Promise.all([
        ...ends.map(end => peer.call('tell', end, 'send', [script])),
        ...links.map(link => link.expect(script)),
      ])
      const peers = new Set(links.map(({ link }) => link.peer))
      assert.equal(peers.size, count, 'each link has a peer of its own')
    },
  },
]

/** Shows that a dialler with these settings gets no link, that both sides hear why, and that the next one is served. */
async function expectRefusal(context: CaseContext, settings: LinkSettings, code: ErrorCode): Promise<void> {
  const peer = await context.peer()
  const queue = await context.listen()
  const { href } = queue.listener.address
  const dialling = context.meanwhile(peer.call('connect', href, settings))
  const accepting = context.link('listener', await queue.next())
  await expectRejection(code, accepting, 'the listening end')
  await expectRejection(code, dialling, 'the dialling end')
  await expectService(context, queue)
}

/** Connects without shaking hands; our listening end tries to, and fails sooner or later. */
async function strangerAt(context: CaseContext, queue: AcceptQueue, handshakeTimeout = 10_000) {
  const [stranger, connection] = await Promise.all([connectTo(context, queue.listener.address), queue.next()])
  const accepting = context.meanwhile(context.link('listener', connection, { handshakeTimeout }))
  return { stranger, accepting }
}

/** Where only silence shows that a peer is gone, a stranger without a heartbeat never learns of it. */
async function expectCutOff(context: CaseContext, stranger: End): Promise<void> {
  if (context.capabilities.close !== 'heartbeat') assert.notEqual((await stranger.closed()).by, 'us')
}

async function connectTo(context: CaseContext, address: Address) {
  const stranger = await context.connect(address)
  await stranger.receive()
  return stranger
}

/** Shows that the listener is unharmed: a peer gets a link, which carries. */
async function expectService(context: CaseContext, queue: AcceptQueue): Promise<void> {
  const peer = await context.peer()
  const [end, link] = await Promise.all([
    peer.call('connect', queue.listener.address.href, {}),
    queue.next().then(connection => context.link('listener', connection)),
  ])
  const script = context.script({ count: 5, size: 100 })
  await Promise.all([peer.call('tell', end, 'send', [script]), link.expect(script)])
}
