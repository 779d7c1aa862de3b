import { parseAddress } from '../../../core/contracts/address.js'
import type { ConformanceCase } from '../conformance-case.js'
import { lossy } from '../exclusions.js'
import { expectRejection } from '../expect-code.js'

/** A signal ends an attempt, and nothing else. */
export const abortCases: readonly ConformanceCase[] = [
  {
    name: 'connecting with a signal that has fired already fails with ABORTED',
    aspect: 'listen-connect',
    over: 'bare track',
    async run(context) {
      const { address } = (await context.listen()).listener
      const attempt = context.connect(address, { signal: AbortSignal.abort() })
      await expectRejection('ABORTED', attempt, `connect to ${address.href}`)
    },
  },
  {
    name: 'listening with a signal that has fired already fails with ABORTED and takes no name',
    aspect: 'listen-connect',
    over: 'bare track',
    async run(context) {
      const address = context.address()
      const attempt = context.listen(address, { signal: AbortSignal.abort() })
      await expectRejection('ABORTED', attempt, `listen on ${address.href}`)
      await context.listen(address)
    },
  },
  {
    name: 'a signal that fires while connecting ends the attempt with ABORTED, and the listener serves on',
    aspect: 'listen-connect',
    over: 'bare track',
    async run(context) {
      const queue = await context.listen()
      const { address } = queue.listener
      const controller = new AbortController()
      const attempt = context.connect(address, { signal: controller.signal })
      controller.abort()
      await expectRejection('ABORTED', attempt, `connect to ${address.href}`)
      const peer = await context.peer()
      await peer.call('connect', address.href)
    },
  },
  {
    name: 'a signal that fires after connecting changes nothing',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [lossy],
    async run(context) {
      const peer = await context.peer()
      const { address, listener } = await peer.call('listen', context.address().href)
      const controller = new AbortController()
      const [there, end] = await Promise.all([
        peer.call('accept', listener),
        context.connect(parseAddress(address), { signal: controller.signal }),
      ])
      controller.abort()
      const script = context.script({ count: 10, size: context.atMost(1000) })
      await Promise.all([peer.call('tell', there, 'expect', [script]), end.send(script)])
    },
  },
]
