import assert from 'node:assert/strict'
import type { ConformanceCase } from '../conformance-case.js'
import { MAY_WAIT } from '../lane-sender.js'

const KIB = 1024

/** A receiver that accepts nothing is felt by its sender, and by nobody else (I7). */
export const linkCreditCases: readonly ConformanceCase[] = [
  {
    name: 'a receiver that stops accepting stops its sender within the credit, and goes on exactly where it stopped',
    aspect: 'limits',
    over: 'link',
    async run(context) {
      const window = { messages: 64, bytes: 128 * KIB }
      const { here, there } = await context.linkPair({ connector: 'here', both: { window } })
      const greeting = context.script({ count: 5, size: 100 })
      await Promise.all([there.expect(greeting), here.send(greeting)])
      await there.pause()
      const size = 4 * KIB
      const flood = context.script({ count: 1000, size })
      const arrived = context.meanwhile(there.expect(flood))
      const memoryBefore = process.memoryUsage().arrayBuffers
      const sending = context.meanwhile(here.send(flood))
      const taken = await context.standstill(async () => (await here.sent()).frames - greeting.count)
      const memory = process.memoryUsage().arrayBuffers - memoryBefore
      const { frames } = await there.received()
      assert.equal(frames, greeting.count, 'messages that were accepted in spite of the stop')
      const most = window.bytes / size + MAY_WAIT
      assert.ok(
        taken <= most,
        `the link took ${taken} messages of ${size} B, for a window of ${window.bytes} B`,
      )
      assert.ok(memory < flood.count * size, `the sender's buffers grew by ${memory} B`)
      await there.resume()
      await Promise.all([sending, arrived])
      assert.equal((await here.settled()).accepted, greeting.count + flood.count)
    },
  },
  {
    name: 'lanes do not wait for each other: a lane whose receiver accepts nothing stalls alone',
    aspect: 'both-ways',
    over: 'link',
    async run(context) {
      const window = { messages: 64, bytes: 64 * KIB }
      const { here, there } = await context.linkPair({ connector: 'here', both: { window } })
      await there.pause('stalled')
      const flood = context.script({ count: 400, size: 1000 })
      const flow = context.script({ count: 2000, size: { upTo: 1000 } })
      const stalledArrived = context.meanwhile(there.expect(flood, 'stalled'))
      const stalled = context.meanwhile(here.send(flood, 'stalled'))
      const lanes = ['one', 'two', 'three']
      await Promise.all(lanes.flatMap(lane => [there.expect(flow, lane), here.send(flow, lane)]))
      assert.equal((await there.received('stalled')).frames, 0)
      await there.resume('stalled')
      await Promise.all([stalled, stalledArrived])
    },
  },
  {
    name: 'two ends that block on each other still exchange control and replies: there is no deadlock',
    aspect: 'both-ways',
    over: 'link',
    async run(context) {
      const window = { messages: 64, bytes: 64 * KIB }
      const { here, there } = await context.linkPair({ both: { window } })
      const flood = context.script({ count: 500, size: 2000 })
      const ends = [here, there] as const
      await Promise.all(ends.map(end => end.pause()))
      const arrived = ends.map(end => context.meanwhile(end.expect(flood)))
      const sending = ends.map(end => context.meanwhile(end.send(flood)))
      await context.standstill(async () => (await here.sent()).frames + (await there.sent()).frames)
      for (const end of ends) assert.ok((await end.outcomes()).open > 0, 'both are blocked')
      for (const lane of ['control', 'replies']) {
        const words = context.script({ count: 300, size: { upTo: 500 } })
        await Promise.all([here, there].flatMap(end => [end.expect(words, lane), end.send(words, lane)]))
      }
      await Promise.all(ends.map(end => end.resume()))
      await Promise.all([...sending, ...arrived])
    },
  },
  {
    name: 'a receiver that stops in the middle of a large message stops its sender, and gets it whole later',
    aspect: 'limits',
    over: 'link',
    async run(context) {
      const window = { messages: 8, bytes: 64 * KIB }
      const { here, there } = await context.linkPair({ connector: 'here', both: { window } })
      await there.pause()
      const small = context.script({ count: 1, size: 100 })
      const large = context.script({ count: 2, size: Math.min(context.setting.largest, 2 * KIB * KIB) })
      const arrived = [small, large].map(script => context.meanwhile(there.expect(script)))
      const sending = context.meanwhile(here.send(small).then(() => here.send(large)))
      await context.standstill(async () => (await there.traffic()).bytes)
      assert.equal((await there.received()).frames, 0)
      await there.resume()
      await Promise.all([sending, ...arrived])
    },
  },
]
