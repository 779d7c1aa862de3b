import assert from 'node:assert/strict'
import type { PeerIdentity } from '../../../core/contracts/connection.js'
import type { ConformanceCase } from '../conformance-case.js'

/** The descriptor fits what can be seen of the transport without sending anything. */
export const descriptorCases: readonly ConformanceCase[] = [
  {
    name: 'the descriptor, the addresses and the name belong together',
    aspect: 'shape',
    over: 'bare track',
    async run(context) {
      const { transport, capabilities } = context
      assert.deepEqual(await transport.availability(), { usable: true })
      const address = context.address()
      assert.equal(address.scheme, transport.name, "an address's scheme is the transport's name")
      assert.deepEqual(transport.describe(address), capabilities, 'like addresses have like descriptors')
      const places = [
        ['a', 'b.c'],
        ['a.b', 'c'],
        ['a', 'b'],
        ['b', 'a'],
      ] as const
      const listed = places.map(([namespace, node]) => transport.nodeAddress(namespace, node))
      for (const place of listed) assert.equal(place.scheme, transport.name)
      // Where the system chooses (port 0), the addresses may be the same; the places are not.
      const named = new Set(listed.map(({ href }) => href))
      assert.ok(
        named.size === places.length || named.size === 1,
        `two nodes share one of ${[...named].join(', ')}`,
      )
    },
  },
  {
    name: 'each end knows of the other what the descriptor says it does',
    aspect: 'shape',
    over: 'bare track',
    async run(context) {
      const peer = await context.peer()
      const { here, there } = await context.pair()
      const seenHere = await here.remote()
      const seenThere = await there.remote()
      for (const { user } of [seenHere, seenThere]) assert.equal(user.by, context.capabilities.identity)
      if (context.capabilities.identity === 'none') return
      assert.equal(seenHere.pid, peer.pid, "the peer's pid, as seen here")
      assert.equal(seenThere.pid, process.pid, 'our pid, as seen by the peer')
      assert.equal(userOf(seenHere), userOf(seenThere), 'both processes run as one user')
    },
  },
]

function userOf({ user }: PeerIdentity): string | undefined {
  return user.by === 'none' ? undefined : user.id
}
