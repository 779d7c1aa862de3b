import assert from 'node:assert/strict'
import type { ConformanceCase } from '../conformance-case.js'
import { lossy, oneWay, unordered } from '../exclusions.js'
import { expectThrow } from '../expect-code.js'

/** What a sink may do, and when it is called. */
export const sinkCases: readonly ConformanceCase[] = [
  {
    name: 'a sink may send: an echo from within it keeps the order, and never calls it again before it returns',
    aspect: 'threads',
    over: 'bare track',
    unless: [oneWay, lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      await there.echo()
      const script = context.script({ count: 2000, size: { upTo: context.atMost(4096) } })
      await Promise.all([here.expect(script), here.send(script)])
    },
  },
  {
    name: 'a sink may pause: not one frame more comes before resume',
    aspect: 'both-ways',
    over: 'bare track',
    unless: [lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      const script = context.script({ count: 200, size: context.atMost(1000) })
      let paused = false
      let bytes = 0
      let pauses = 0
      const all = new Promise<void>((resolve, reject) => {
        here.connection.receive(frame => {
          if (paused) reject(new Error('a frame came while the connection was paused'))
          bytes += frame.bytes.length
          if (bytes === 200 * context.atMost(1000)) return resolve()
          paused = true
          pauses += 1
          here.connection.pause()
          setImmediate(() => {
            paused = false
            here.connection.resume()
          })
        })
      })
      await Promise.all([all, there.send(script)])
      assert.ok(pauses > 0)
    },
  },
  {
    name: 'a sink may close: then nothing more reaches it',
    aspect: 'both-ways',
    over: 'bare track',
    unless: [lossy],
    async run(context) {
      const { here, there } = await context.pair()
      const endless = context.script({ count: 1e9, size: context.atMost(1000) })
      let calls = 0
      let closing: Promise<void> | undefined
      here.connection.receive(() => {
        calls += 1
        closing ??= here.connection.close()
      })
      await there.receive()
      context.meanwhile(there.send(endless))
      assert.equal((await here.closed()).by, 'us')
      await closing
      assert.equal(calls, 1, 'frames that reached the sink')
    },
  },
  {
    name: 'a connection has one sink: a second one is refused with CLOSED',
    aspect: 'shape',
    over: 'bare track',
    async run(context) {
      const { here } = await context.pair()
      here.connection.receive(() => {})
      expectThrow('CLOSED', () => here.connection.receive(() => {}), 'a second call of receive')
    },
  },
]
