import assert from 'node:assert/strict'
import type { ConformanceCase } from '../conformance-case.js'
import { lossy, unlimited } from '../exclusions.js'
import { expectThrow } from '../expect-code.js'

const MIB = 1024 * 1024

/** The largest frame is the one that the descriptor names. */
export const limitCases: readonly ConformanceCase[] = [
  {
    name: 'a fresh connection takes the largest frame that the descriptor promises',
    aspect: 'limits',
    over: 'bare track',
    unless: [lossy],
    async run(context) {
      const { maxFrame } = context.capabilities
      const { here, there } = await context.pair({ connector: 'here' })
      assert.equal(here.connection.limits.maxFrame, maxFrame, 'limits.maxFrame of a fresh connection')
      const script = context.script({ count: 2, size: context.atMost(8 * MIB) })
      await Promise.all([there.expect(script), here.send(script)])
    },
  },
  {
    name: 'a frame that is one byte too large is refused, and the connection goes on as if nothing had been sent',
    aspect: 'limits',
    over: 'bare track',
    unless: [unlimited, lossy],
    async run(context) {
      const { maxFrame } = context.capabilities
      const { here, there } = await context.pair({ connector: 'here' })
      const tooLarge = new Uint8Array(maxFrame + 1)
      expectThrow('FRAME_TOO_LARGE', () => here.connection.send(tooLarge), `a frame of ${maxFrame + 1} B`)
      const script = context.script({ count: 3, size: context.atMost(100) })
      await Promise.all([there.expect(script), here.send(script)])
    },
  },
]
