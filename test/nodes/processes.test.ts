import { filter, firstValueFrom, take, toArray } from 'rxjs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ActorRef, ConfigInput, DeadLetter, Node, PeerEvent } from '../../src/index.js'
import { Desk, Helm, Level, quirk, Slow, Ticked } from '../peers/desk.js'
import { onSuiteFinished } from '../support/finally.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'
import { until } from '../support/until.js'

/** The next time that a node goes. */
const gone = (node: Node) => firstValueFrom(node.peers$.pipe(filter(({ type }) => type === 'down')))

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const window = { messages: 64, bytes: 64 * 1024 }

describe.each(['named-pipe', 'tcp', 'shared-memory'])('a node in another process, over %s', transport => {
  const common: ConfigInput = { transports: { prefer: [transport] }, link: { window } }
  const onEnd = onSuiteFinished()
  const { config, start } = nodes(common, onEnd)
  let till: Node
  let peer: NodePeer
  let desk: ActorRef<typeof Desk>
  let helm: ActorRef<typeof Helm>

  beforeAll(async () => {
    till = await start('till')
    // Starting a process takes seconds under Wine: one serves all tests that it survives.
    peer = await NodePeer.start('shop', config, { notion: 'other', onEnd })
    desk = till.ref(Desk, 'signalbox://shop/desk')
    helm = till.ref(Helm, 'signalbox://shop/helm')
  })

  it('is told, sent to and asked, in the order in which that was done', async () => {
    expect(desk.tell.noted({ by: 'till', number: 1 })).toBe(true)
    const sent = desk.send.noted({ by: 'till', number: 2 })
    const echoed = desk.ask.echo('text')
    desk.tell.noted({ by: 'till', number: 3 })
    await sent
    expect(await echoed).toBe('text')
    expect(await desk.ask.seen('till')).toEqual([1, 2, 3])
    expect(till.links().map(link => [link.node, link.transport])).toEqual([['shop', transport]])
    const wrong = 1 as unknown as string
    await expect(desk.ask.echo(wrong)).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' })
  })

  it('publishes at the pace of a loop here, until the loop is left', async () => {
    const stream = till.stream(Ticked, { buffer: 2 })
    expect(await helm.ask.published()).toBe(0) // asked on the same link: that node knows by now what is wanted
    await helm.send.publish(1000)
    const read: number[] = []
    for await (const tick of stream) {
      read.push(tick)
      expect(await helm.ask.published()).toBeLessThanOrEqual(read.length + 2)
      if (read.length === 20) break
    }
    expect(read).toEqual(numbers(20))
    // It was told at once that nothing is wanted any more.
    for (let look = 0; look < 5; look++) expect(await helm.ask.published()).toBeLessThanOrEqual(22)
  })

  it('is told that it means something else by a contract, and only that contract fails', async () => {
    const odd = till.ref(quirk(true), 'signalbox://shop/quirk')
    const mismatch = {
      code: 'CONTRACT_MISMATCH',
      message: expect.stringMatching(/quirk\.odd@1.*(till.*shop|shop.*till)/),
    }
    await expect(odd.send.odd('text')).rejects.toMatchObject(mismatch)
    const letter = firstValueFrom(till.deadLetters$)
    expect(odd.tell.odd('text')).toBe(true)
    expect((await letter).reason).toMatchObject(mismatch)
    expect(await odd.ask.even('text')).toBe('text')
    expect(await desk.ask.echo('text')).toBe('text')
  })

  it('has its name to itself', async () => {
    await expect(start('shop')).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      message: expect.stringContaining('stop it, or choose another name'),
    })
    expect(await desk.ask.echo('still there')).toBe('still there')
  })

  it('[I3] [I7] that is flooded refuses what it has no room for, and all that was taken arrives', async () => {
    const letters: DeadLetter[] = []
    till.deadLetters$.subscribe(letter => letters.push(letter))
    const slow = till.ref(Slow, 'signalbox://shop/slow')
    let taken = 0
    for (let round = 0; round < 200; round++) {
      for (let told = 0; told < 50; told++) if (slow.tell.taken('x'.repeat(1000))) taken++
      await new Promise(setImmediate)
    }
    // One at hand, ten in the mailbox, and in between no more than the credit: that bounds the receiver's memory.
    expect(taken).toBeGreaterThanOrEqual(11)
    expect(taken).toBeLessThanOrEqual(11 + window.messages)
    expect(await helm.ask.taken()).toBe(0)
    await helm.send.release()
    await slow.send.taken('last')
    await until(async () => (await helm.ask.taken()) > taken)
    expect(await helm.ask.taken()).toBe(taken + 1)
    expect(letters).toEqual([])
  })

  it('that exits with its node open is gone at once', async () => {
    const down = gone(till)
    peer.tell('exit')
    expect(await peer.exited()).toBe(7)
    expect((await down).node).toBe('shop')
  })
})

describe.each(['named-pipe', 'tcp', 'shared-memory'])('a node in another process, over %s', transport => {
  it('[I1] [I3] that is killed is down once, what was open is unknown, and its next life hears none of it', async () => {
    const { config, start } = nodes({ transports: { prefer: [transport] } })
    const till = await start('till')
    const events: PeerEvent[] = []
    const letters: DeadLetter[] = []
    till.peers$.subscribe(event => events.push(event))
    till.deadLetters$.subscribe(letter => letters.push(letter))
    const first = await NodePeer.start('shop', config)
    const desk = till.ref(Desk, 'signalbox://shop/desk')
    const slow = till.ref(Slow, 'signalbox://shop/slow')
    const helm = till.ref(Helm, 'signalbox://shop/helm')
    const followed = firstValueFrom(till.hot(Level.of('a')).pipe(take(2), toArray()))
    await helm.ask.provide(5)
    await firstValueFrom(till.hot(Level.of('a')))
    await desk.send.noted({ by: 'till', number: 1 })
    const open = [
      desk.ask.never(undefined, { timeout: 60_000 }),
      ...numbers(20).map(() => slow.send.taken('text')),
    ]
    const settled = Promise.allSettled(open)
    // The first is at hand, ten more are in the mailbox: what follows is not accepted. What was accepted and is not
    // known of here when the other node dies would be unknown.
    await Promise.all(open.slice(1, 12))
    expect(await helm.ask.taken()).toBe(0)
    slow.tell.taken('text')
    const down = gone(till)
    await first.kill()
    expect((await down).node).toBe('shop')
    const codes = (await settled).map(outcome =>
      outcome.status === 'rejected' ? outcome.reason.code : 'accepted',
    )
    expect(codes).toEqual(['PEER_LOST', ...Array(11).fill('accepted'), ...Array(9).fill('PEER_LOST')])
    expect(letters.map(({ outcome, reason }) => [outcome, reason.code])).toEqual([['unknown', 'PEER_LOST']])
    // The entry of the dead node is swept: nobody dials it.
    await expect(desk.send.noted({ by: 'till', number: 2 })).rejects.toMatchObject({ code: 'NODE_UNKNOWN' })

    const second = await NodePeer.start('shop', config)
    await desk.send.noted({ by: 'till', number: 3 })
    expect(await desk.ask.seen('till')).toEqual([3])
    expect(await helm.ask.taken()).toBe(0)
    await helm.ask.provide(1)
    expect(await followed).toEqual([5, 1])

    second.tell('close')
    expect(await second.exited()).toBe(0) // by itself: nothing of a closed node keeps its process alive
    await until(() => events.length >= 4)
    expect(events.map(({ type, node }) => `${node} ${type}`)).toEqual([
      'shop up',
      'shop down',
      'shop up',
      'shop down',
    ])
    expect(new Set(events.map(({ incarnation }) => incarnation)).size).toBe(2)
  })
})
