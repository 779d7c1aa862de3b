import assert from 'node:assert/strict'
import type { ConformanceCase } from '../conformance-case.js'
import { lossy, messages, oneWay, streams, unordered } from '../exclusions.js'

/** What is sent arrives: all of it, in order, and cut as the descriptor says. */
export const frameCases: readonly ConformanceCase[] = [
  {
    name: 'many frames of varied sizes arrive in order, to the byte',
    aspect: 'both-ways',
    over: 'bare track',
    unless: [lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      const script = context.script({ count: context.setting.frames, size: { upTo: context.atMost(4096) } })
      await Promise.all([here.expect(script), there.send(script)])
    },
  },
  {
    name: 'both ends send at once, whoever connected',
    aspect: 'both-ways',
    over: 'bare track',
    unless: [oneWay, lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair({ connector: 'here' })
      const out = context.script({ count: 2000, size: { upTo: context.atMost(16 * 1024) } })
      const back = context.script({ count: 2000, size: { upTo: context.atMost(16 * 1024) } })
      await Promise.all([here.send(out), there.expect(out), there.send(back), here.expect(back)])
    },
  },
  {
    name: 'frames arrive one by one as they were sent',
    aspect: 'shape',
    over: 'bare track',
    unless: [streams, lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      const script = context.script({ count: 500, size: { upTo: context.atMost(200) } })
      await Promise.all([here.expect(script), there.send(script)])
      assert.equal((await here.received()).frames, 500, 'boundaries: message means one frame for one frame')
    },
  },
  {
    name: 'the sequence of bytes is the one that was sent, whatever the pieces',
    aspect: 'shape',
    over: 'bare track',
    unless: [messages, lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      const small = context.script({ count: 500, size: 7 })
      const large = context.script({ count: 8, size: 300_000 })
      await Promise.all([
        here.expect(small),
        here.expect(large),
        there.send(small).then(() => there.send(large)),
      ])
      assert.equal((await here.received()).bytes, 500 * 7 + 8 * 300_000)
    },
  },
  {
    name: 'frames of no byte and of one byte pass between others',
    aspect: 'limits',
    over: 'bare track',
    unless: [lossy, unordered],
    async run(context) {
      const { here, there } = await context.pair()
      const scripts = [0, 1, 0, 5, 1, 0].map(size => context.script({ count: 3, size: context.atMost(size) }))
      const arrived = scripts.map(script => context.meanwhile(here.expect(script)))
      for (const script of scripts) await there.send(script)
      await Promise.all(arrived)
    },
  },
]
