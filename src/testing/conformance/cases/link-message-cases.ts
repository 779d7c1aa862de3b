import assert from 'node:assert/strict'
import type { ConformanceCase } from '../conformance-case.js'
import { expectRejection } from '../expect-code.js'

const KIB = 1024

/** Whatever a link runs over: what is sent arrives once, whole and in order. */
export const linkMessageCases: readonly ConformanceCase[] = [
  {
    name: 'a link carries messages of varied sizes in order, each whole',
    aspect: 'shape',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair()
      const script = context.script({ count: context.setting.frames, size: { upTo: 16 * KIB } })
      await Promise.all([here.expect(script), there.send(script)])
      assert.equal((await here.received()).frames, script.count)
      assert.equal((await there.settled()).accepted, script.count)
    },
  },
  {
    name: 'a link carries many small messages, each once, and all are accepted',
    aspect: 'both-ways',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair({ connector: 'here' })
      const script = context.script({ count: context.setting.messages, size: 32 })
      await Promise.all([there.expect(script), here.send(script)])
      const outcomes = await here.settled()
      assert.equal(outcomes.accepted, script.count)
      assert.equal((await there.received()).frames, script.count, 'each arrived once')
    },
  },
  {
    name: 'both ends of a link send at once, and neither waits for the other',
    aspect: 'both-ways',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair({ connector: 'here' })
      const count = Math.min(2000, context.setting.frames)
      const out = context.script({ count, size: { upTo: 16 * KIB } })
      const back = context.script({ count, size: { upTo: 16 * KIB } })
      await Promise.all([here.send(out), there.expect(out), there.send(back), here.expect(back)])
    },
  },
  {
    name: 'messages of no byte and of one byte pass through a link between others',
    aspect: 'limits',
    over: 'link',
    async run(context) {
      const { here, there } = await context.linkPair()
      const scripts = [0, 1, 0, 5, 1, 0].map(size => context.script({ count: 3, size }))
      const arrived = scripts.map(script => context.meanwhile(here.expect(script)))
      for (const script of scripts) await there.send(script)
      await Promise.all(arrived)
      assert.equal((await here.received()).frames, 18)
    },
  },
  {
    name: 'a link carries one very large message, whole, and small ones after it',
    aspect: 'limits',
    over: 'link',
    async run(context) {
      const { largest } = context.setting
      const { here, there } = await context.linkPair({ both: { maxMessage: largest } })
      const large = context.script({ count: 1, size: largest })
      const small = context.script({ count: 10, size: 100 })
      const arrived = [large, small].map(script => context.meanwhile(here.expect(script)))
      await there.send(large)
      await there.send(small)
      await Promise.all(arrived)
      assert.equal((await there.settled()).accepted, 11)
    },
  },
  {
    name: 'a message over what the receiver takes is refused with FRAME_TOO_LARGE, and the lane goes on',
    aspect: 'limits',
    over: 'link',
    async run(context) {
      const maxMessage = 100 * KIB
      const { here, there } = await context.linkPair({ there: { maxMessage } })
      const tooLarge = context.script({ count: 1, size: maxMessage + 1 })
      await expectRejection('FRAME_TOO_LARGE', here.send(tooLarge), `a message of ${maxMessage + 1} B`)
      const fits = context.script({ count: 2, size: maxMessage })
      await Promise.all([there.expect(fits), here.send(fits)])
    },
  },
  {
    name: 'a large message on its way holds up no message of another lane',
    aspect: 'both-ways',
    over: 'link',
    async run(context) {
      const size = Math.min(context.setting.largest, 8 * KIB * KIB)
      const { here, there } = await context.linkPair({
        both: { maxMessage: size, window: { messages: 16, bytes: Math.ceil(size / 64) } },
      })
      const large = context.script({ count: 1, size })
      const small = context.script({ count: 10, size: 100 })
      const largeArrived = context.meanwhile(there.expect(large, 'large'))
      await here.send(large, 'large')
      await Promise.all([there.expect(small, 'small'), here.send(small, 'small')])
      assert.equal((await here.settled('small')).accepted, 10)
      assert.equal((await here.outcomes('large')).open, 1, 'the large message is still on its way')
      await largeArrived
    },
  },
]
