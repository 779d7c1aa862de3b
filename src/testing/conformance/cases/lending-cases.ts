import assert from 'node:assert/strict'
import type { Release } from '../../../core/contracts/connection.js'
import type { ConformanceCase } from '../conformance-case.js'
import { lossy, unordered } from '../exclusions.js'
import { ScriptReader } from '../script.js'

/** Whose bytes they are, and for how long. */
export const lendingCases: readonly ConformanceCase[] = [
  {
    name: 'what was retained stays as it arrived, while everything around it is overwritten',
    aspect: 'shape',
    over: 'bare track',
    unless: [lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      const script = context.script({ count: 600, size: { upTo: context.atMost(8192) } })
      const wanted = new ScriptReader(script).bytes()
      const kept: { readonly at: number; readonly bytes: Uint8Array; readonly release: Release }[] = []
      let arrived = 0
      let frames = 0
      const all = new Promise<void>(resolve => {
        here.connection.receive(frame => {
          const at = arrived
          arrived += frame.bytes.length
          frames += 1
          if (frames % 3 === 0) {
            const release = frame.retain()
            // After retain, the frame may show its copy: this order is the contract's.
            kept.push({ at, bytes: frame.bytes, release })
          }
          if (arrived === wanted.length) resolve()
        })
      })
      await Promise.all([all, there.send(script)])
      assert.ok(kept.length > 0)
      for (const { at, bytes, release } of kept) {
        const same = Buffer.compare(bytes, wanted.subarray(at, at + bytes.length)) === 0
        assert.ok(same, `the ${bytes.length} B that were retained at byte ${at} have changed`)
        release()
        release()
      }
    },
  },
  {
    name: 'a frame belongs to its sender again as soon as send returns',
    aspect: 'shape',
    over: 'bare track',
    unless: [lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair({ connector: 'here' })
      const script = context.script({ count: 40, size: context.atMost(1000) })
      const reader = new ScriptReader(script)
      const arrived = context.meanwhile(there.expect(script))
      for (let index = 0; index < script.count; index++) {
        const frame = reader.frame(index).slice()
        assert.equal(here.connection.send(frame), 'sent', 'an idle track takes 40 kB')
        frame.fill(0)
      }
      await arrived
    },
  },
]
