import { filter, firstValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { type ConfigInput, type DeadLetter, type Node, type PeerEvent } from '../../src/index.js'
import { Desk, Helm, Level, quirk, Slow, Ticked } from '../peers/desk.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'
import { until } from '../support/until.js'

/** Node `till` in this process, and what other processes need to meet it. */
async function till(common: ConfigInput) {
  const { config, start } = nodes(common)
  const node = await start('till')
  const desk = node.ref(Desk, 'signalbox://shop/desk')
  const helm = node.ref(Helm, 'signalbox://shop/helm')
  return { node, config, start, desk, helm }
}

/** What the peers of a node did from now on, in short. */
function record(node: Node) {
  const peers: PeerEvent[] = []
  const letters: DeadLetter[] = []
  node.peers$.subscribe(event => peers.push(event))
  node.deadLetters$.subscribe(letter => letters.push(letter))
  return { peers: () => peers.map(({ type, node }) => `${node} ${type}`), letters }
}

/** The next time that a node goes. */
const gone = (node: Node) => firstValueFrom(node.peers$.pipe(filter(({ type }) => type === 'down')))

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe.each(['named-pipe', 'tcp'])('a node in another process, over %s', transport => {
  const common: ConfigInput = { transports: { prefer: [transport] } }

  it('is told, sent to and asked, in the order in which that was done', async () => {
    const { node, config, desk } = await till(common)
    await NodePeer.start('shop', config)
    expect(desk.tell.noted({ by: 'till', number: 1 })).toBe(true)
    const sent = desk.send.noted({ by: 'till', number: 2 })
    const echoed = desk.ask.echo('text')
    desk.tell.noted({ by: 'till', number: 3 })
    await sent
    expect(await echoed).toBe('text')
    expect(await desk.ask.seen('till')).toEqual([1, 2, 3])
    expect(node.links().map(link => [link.node, link.transport])).toEqual([['shop', transport]])
    await expect(desk.ask.never(undefined, { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    const wrong = 1 as unknown as string
    await expect(desk.ask.echo(wrong)).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' })
  })

  it('[I1] [I3] that is killed is down once, what was open is unknown, and its next life hears none of it', async () => {
    const { node, config, desk, helm } = await till(common)
    const { peers, letters } = record(node)
    const first = await NodePeer.start('shop', config)
    const slow = node.ref(Slow, 'signalbox://shop/slow')
    await desk.send.noted({ by: 'till', number: 1 })
    const open = [desk.ask.never(), ...numbers(20).map(() => slow.send.taken('text'))]
    const settled = Promise.allSettled(open)
    // The first is at hand, ten more are in the mailbox; what follows is not accepted when this is answered, and
    // what was accepted before the first answer is known here with the second.
    expect([await helm.ask.taken(), await helm.ask.taken()]).toEqual([0, 0])
    slow.tell.taken('text')
    const down = gone(node)
    await first.kill()
    expect((await down).node).toBe('shop')
    const codes = (await settled).map(outcome =>
      outcome.status === 'rejected' ? outcome.reason.code : 'accepted',
    )
    expect(codes).toEqual(['PEER_LOST', ...Array(11).fill('accepted'), ...Array(9).fill('PEER_LOST')])
    expect(letters.map(({ outcome, reason }) => [outcome, reason.code])).toEqual([['unknown', 'PEER_LOST']])
    // The entry of the dead node is swept: nobody dials it.
    await expect(desk.send.noted({ by: 'till', number: 2 })).rejects.toMatchObject({ code: 'NODE_UNKNOWN' })

    await NodePeer.start('shop', config)
    await desk.send.noted({ by: 'till', number: 3 })
    expect(await desk.ask.seen('till')).toEqual([3])
    expect(await helm.ask.taken()).toBe(0)
    expect(peers()).toEqual(['shop up', 'shop down', 'shop up'])
  })

  it('[I3] [I7] that is flooded refuses what it has no room for, and all that was taken arrives', async () => {
    const window = { messages: 64, bytes: 64 * 1024 }
    const { node, config, helm } = await till({ ...common, link: { window } })
    const { letters } = record(node)
    await NodePeer.start('shop', config)
    expect(await helm.ask.taken()).toBe(0)
    const slow = node.ref(Slow, 'signalbox://shop/slow')
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
    await until(async () => (await helm.ask.taken()) >= taken)
    await slow.send.taken('last')
    await until(async () => (await helm.ask.taken()) > taken)
    expect(await helm.ask.taken()).toBe(taken + 1)
    expect(letters).toEqual([])
  })

  it('that publishes goes at the pace of a loop here, until the loop is left', async () => {
    const { node, config, helm } = await till(common)
    const stream = node.stream(Ticked, { buffer: 2 }) // before there is anybody who publishes
    const met = firstValueFrom(node.peers$)
    await NodePeer.start('shop', config)
    await met
    expect(await helm.ask.published()).toBe(0) // on the same link: that node knows by now what is wanted here
    await helm.send.publish(1000)
    const read: number[] = []
    for await (const tick of stream) {
      read.push(tick)
      expect(await helm.ask.published()).toBeLessThanOrEqual(read.length + 2)
      if (read.length === 20) break
    }
    expect(read).toEqual(numbers(20))
    // It was told at once that nothing is wanted any more, so that one tick at most was refused.
    for (let look = 0; look < 5; look++) expect(await helm.ask.published()).toBeLessThanOrEqual(22)
  })

  it('that owns a state is followed, and so is its next life', async () => {
    const { node, config, helm } = await till(common)
    const seen = firstValueFrom(node.hot(Level.of('a')).pipe(take(3), toArray()))
    const first = await NodePeer.start('shop', config)
    await helm.ask.provide(1)
    await helm.ask.provide(2)
    await firstValueFrom(node.hot(Level.of('a')).pipe(filter(value => value === 2)))
    const down = gone(node)
    await first.kill()
    await down
    await NodePeer.start('shop', config)
    await helm.ask.provide(1)
    expect(await seen).toEqual([1, 2, 1])
  })

  it('that means something else by a contract is told so, and only that contract fails', async () => {
    const { node, config, desk } = await till(common)
    await NodePeer.start('shop', config, { notion: 'other' })
    const odd = node.ref(quirk(true), 'signalbox://shop/quirk')
    const mismatch = {
      code: 'CONTRACT_MISMATCH',
      message: expect.stringMatching(/quirk\.odd@1.*till.*shop|shop.*till/),
    }
    await expect(odd.send.odd('text')).rejects.toMatchObject(mismatch)
    await expect(odd.send.odd('text')).rejects.toMatchObject(mismatch)
    expect(await odd.ask.even('text')).toBe('text')
    expect(await desk.ask.echo('text')).toBe('text')
  })

  it('has its name to itself', async () => {
    const { config, start, desk } = await till(common)
    await NodePeer.start('shop', config)
    const taken = { code: 'NAME_TAKEN' }
    await expect(start('shop')).rejects.toMatchObject(taken)
    expect(await NodePeer.refused('till', config)).toMatchObject(taken)
    expect(await desk.ask.echo('still there')).toBe('still there')
  })

  it('that is closed lets its process end, and one that exits is gone at once', async () => {
    const { node, config, desk } = await till(common)
    const { peers } = record(node)
    for (const [order, code] of [
      ['close', 0],
      ['exit', 7],
    ] as const) {
      const peer = await NodePeer.start('shop', config)
      expect(await desk.ask.echo('text')).toBe('text')
      const down = gone(node)
      peer.tell(order)
      expect(await peer.exited()).toBe(code)
      await down
    }
    expect(peers()).toEqual(['shop up', 'shop down', 'shop up', 'shop down'])
  })
})
