import { parseAddress } from '../../../core/contracts/address.js'
import type { CaseContext } from '../case-context.js'
import type { ConformanceCase } from '../conformance-case.js'
import {
  connectProvesNothing,
  exclusiveNames,
  heartbeatOnly,
  lossy,
  oneThread,
  sharedNames,
} from '../exclusions.js'
import { expectRejection } from '../expect-code.js'

/** What a second listener on a name gets, and when a name is free again. */
export const nameCases: readonly ConformanceCase[] = [
  {
    name: 'a second listener on a name is refused with ADDRESS_IN_USE',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [sharedNames],
    async run(context) {
      const { address } = (await context.listen()).listener
      await expectRejection('ADDRESS_IN_USE', context.listen(address), `a second listener on ${address.href}`)
      await expectToServe(context, address.href)
    },
  },
  {
    name: 'a name that another process listens on is refused with ADDRESS_IN_USE, both ways round',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [sharedNames, oneThread],
    async run(context) {
      const peer = await context.peer()
      const ours = (await context.listen()).listener.address.href
      await expectRejection('ADDRESS_IN_USE', peer.call('listen', ours), `the peer's listener on our ${ours}`)
      const theirs = (await peer.call('listen', context.address().href)).address
      const attempt = context.listen(parseAddress(theirs))
      await expectRejection('ADDRESS_IN_USE', attempt, `our listener on the peer's ${theirs}`)
      await expectToServe(context, ours)
    },
  },
  {
    name: 'two listeners share a name',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [exclusiveNames],
    async run(context) {
      const { address } = (await context.listen()).listener
      await context.listen(address)
    },
  },
  {
    name: 'the name of a closed listener is free at once, also while its connections live',
    aspect: 'listen-connect',
    over: 'bare track',
    unless: [lossy],
    async run(context) {
      const peer = await context.peer()
      const first = await context.listen()
      const { address } = first.listener
      const [, connection] = await Promise.all([peer.call('connect', address.href), first.next()])
      context.end(connection)
      await first.close()
      await context.listen(address)
      await expectToServe(context, address.href)
    },
  },
  {
    name: 'the name of a killed listener finds nobody, and can be used again',
    aspect: 'peer-death',
    over: 'bare track',
    unless: [oneThread, connectProvesNothing, heartbeatOnly],
    async run(context) {
      const peer = await context.ownPeer()
      const { address, listener } = await peer.call('listen', context.address().href)
      const place = parseAddress(address)
      const [end] = await Promise.all([context.connect(place), peer.call('accept', listener)])
      await end.receive()
      await peer.kill()
      await end.closed()
      await expectRejection('NO_LISTENER', context.connect(place), `connect to ${address} after its death`)
      await context.listen(place)
      await expectToServe(context, address)
    },
  },
]

/** Shows that one of our listeners on `address` is alive: a peer can connect. */
async function expectToServe(context: CaseContext, address: string): Promise<void> {
  const peer = await context.peer()
  await peer.call('connect', address)
}
