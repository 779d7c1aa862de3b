import assert from 'node:assert/strict'
import { parseAddress } from '../../../core/contracts/address.js'
import type { ConformanceCase } from '../conformance-case.js'
import { connectProvesNothing, lossy, oneWay } from '../exclusions.js'
import { expectRejection } from '../expect-code.js'

/** Where somebody listens one can connect, and nowhere else. */
export const listenerCases: readonly ConformanceCase[] = [
  {
    name: 'connecting to a name where nobody listens fails with NO_LISTENER',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [connectProvesNothing],
    async run(context) {
      const queue = await context.listen()
      const { address } = queue.listener
      await queue.close()
      await expectRejection('NO_LISTENER', context.connect(address), `connect to ${address.href}`)
    },
  },
  {
    name: 'an address of another transport is refused with ADDRESS_INVALID',
    aspect: 'listen-connect',
    over: 'bare track',
    async run(context) {
      const foreign = parseAddress('no-such-mechanism://./orders')
      await expectRejection('ADDRESS_INVALID', context.connect(foreign), `connect to ${foreign.href}`)
      await expectRejection('ADDRESS_INVALID', context.listen(foreign), `listen on ${foreign.href}`)
    },
  },
  {
    name: 'many peers connect to one listener at once, each with a connection of its own',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [oneWay, lossy],
    async run(context) {
      const peer = await context.peer()
      const queue = await context.listen()
      const { href } = queue.listener.address
      const all = Array.from({ length: 20 }, async () => {
        const [number, accepted] = await Promise.all([peer.call('connect', href), queue.next()])
        await peer.call('tell', number, 'echo', [])
        return context.end(accepted)
      })
      const ends = await Promise.all(all)
      await Promise.all(
        ends.map(end => {
          const script = context.script({ count: 5, size: context.atMost(100) })
          return Promise.all([end.expect(script), end.send(script)])
        }),
      )
    },
  },
  {
    name: 'a connection that arrives while nobody is subscribed is closed',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [connectProvesNothing],
    async run(context) {
      const listener = await context.transport.listen(context.address(), context.setting.pluginContext)
      try {
        const end = await context.connect(listener.address)
        await end.receive()
        assert.notEqual((await end.closed()).by, 'us')
      } finally {
        await listener.close()
      }
    },
  },
  {
    name: 'closing a listener ends its stream of connections and leaves those that it made',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [lossy],
    async run(context) {
      const peer = await context.peer()
      const queue = await context.listen()
      const [number, connection] = await Promise.all([
        peer.call('connect', queue.listener.address.href),
        queue.next(),
      ])
      const end = context.end(connection)
      await queue.listener.close()
      await queue.listener.close()
      await queue.completed
      const script = context.script({ count: 10, size: context.atMost(1000) })
      await Promise.all([end.expect(script), peer.call('tell', number, 'send', [script])])
    },
  },
]
