import assert from 'node:assert/strict'
import type { ConformanceCase } from '../conformance-case.js'
import { lossy, noFlowControl, unordered } from '../exclusions.js'

const KIB = 1024
/** Bytes that no track may take while nobody reads. Kernels alone hold up to 10 MiB of a TCP connection. */
const FLOOD = 48 * KIB * KIB

/** A reader that stops is felt by the sender, and nothing is lost on the way. */
export const backPressureCases: readonly ConformanceCase[] = [
  {
    name: 'a reader that stops makes send say full after a bounded number of bytes, and loses nothing when it goes on',
    aspect: 'limits',
    over: 'bare track',
    unless: [noFlowControl, lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair({ connector: 'here' })
      const greeting = context.script({ count: 5, size: context.atMost(100) })
      await Promise.all([there.expect(greeting), here.send(greeting)])
      await there.pause()
      const size = context.atMost(64 * KIB)
      const flood = context.script({ count: Math.min(FLOOD / size, 100_000), size })
      const arrived = context.meanwhile(there.expect(flood))
      const memoryBefore = process.memoryUsage().arrayBuffers
      const sending = context.meanwhile(here.send(flood))
      const taken = await context.standstill(async () => (await here.sent()).bytes)
      const { fulls } = await here.sent()
      const memory = process.memoryUsage().arrayBuffers - memoryBefore
      const all = flood.count * size
      assert.ok(fulls > 0 && taken < all, `send took ${taken} of ${all} B although nobody reads`)
      assert.ok(memory < all, `the sender's buffers grew by ${memory} B although nobody reads`)
      await there.resume()
      await Promise.all([sending, arrived])
    },
  },
  {
    name: 'what is sent before the other end has a sink waits at the source',
    aspect: 'both-ways',
    over: 'bare track',
    unless: [lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      const script = context.script({ count: 100, size: { upTo: context.atMost(400) } })
      await there.send(script)
      // The peer answers a few times over, so that the frames have had every chance to be dropped.
      await context.standstill(async () => (await here.received()).frames)
      assert.equal((await here.received()).frames, 0)
      await here.expect(script)
    },
  },
]
