import assert from 'node:assert/strict'
import type { Frame, InPlaceSender, Release } from '../../../core/contracts/connection.js'
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
    name: 'a frame lies where it says, before and after it is retained',
    aspect: 'shape',
    over: 'bare track',
    unless: [lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      const script = context.script({ count: 60, size: { upTo: context.atMost(8192) } })
      const wanted = new ScriptReader(script).bytes()
      let arrived = 0
      const all = new Promise<void>((resolve, reject) => {
        here.connection.receive(frame => {
          const at = arrived
          arrived += frame.end - frame.start
          const expected = wanted.subarray(at, arrived)
          if (!liesThere(frame, expected)) reject(new Error(`the frame at byte ${at} lies somewhere else`))
          const release = frame.retain()
          if (!liesThere(frame, expected)) reject(new Error(`what was retained at byte ${at} lies elsewhere`))
          release()
          if (arrived === wanted.length) resolve()
        })
      })
      await Promise.all([all, there.send(script)])
    },
  },
  {
    name: 'what is written in place arrives between what is sent, and what is not committed never does',
    aspect: 'shape',
    over: 'bare track',
    unless: [lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair({ connector: 'here' })
      const { inPlace } = here.connection
      if (inPlace === undefined) return
      const script = context.script({ count: 60, size: { upTo: context.atMost(300) } })
      const reader = new ScriptReader(script)
      const arrived = context.meanwhile(there.expect(script))
      for (let index = 0; index < script.count; index++) {
        const frame = reader.frame(index)
        if (index % 3 === 0) {
          assert.equal(here.connection.send(frame), 'sent', 'an idle track takes 20 kB')
          continue
        }
        if (index % 3 === 1) inPlace.room.fill(0xee, ...reserved(inPlace, frame.length)) // forgotten
        const [start] = reserved(inPlace, context.atMost(400))
        inPlace.room.set(frame, start)
        inPlace.commit(frame.length)
      }
      await arrived
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

function liesThere(frame: Frame, expected: Uint8Array): boolean {
  const { bytes, buffer, start, end } = frame
  return Buffer.compare(bytes, expected) === 0 && Buffer.compare(buffer.subarray(start, end), expected) === 0
}

/** From where to where a place of `length` bytes lies. */
function reserved(sender: InPlaceSender, length: number): [start: number, end: number] {
  const start = sender.reserve(length)
  assert.ok(start >= 0, 'an idle track has room for 20 kB')
  assert.ok(start + length <= sender.room.length, 'the place lies within the room')
  return [start, start + length]
}
