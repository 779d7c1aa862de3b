import { firstValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AskContext, type InputOf, message, protocol, request, state } from '../../src/index.js'
import { Gate } from '../support/gate.js'
import { nodes } from '../support/nodes.js'
import { until } from '../support/until.js'

const Placed = message('orders.placed', z.object({ id: z.string(), total: z.number() }))
const Quote = request('orders.quote', { input: z.string(), output: z.number() })
const Stock = state('stock.level', { key: z.string(), value: z.number() })
const Cashier = protocol('cashier', { placed: Placed, quote: Quote })

const tracks = ['memory', 'named-pipe', 'tcp', ...(process.platform === 'win32' ? ['mailslot'] : [])]

describe.each(tracks)('two nodes over %s', transport => {
  const pair = async () => {
    const { start } = nodes({ transports: { prefer: [transport] } })
    return { shop: await start('shop'), till: await start('till') }
  }

  it('tell, send and ask reach the actor, in order', async () => {
    const { shop, till } = await pair()
    const got: string[] = []
    await shop.spawn(Cashier, () => ({
      placed: (order: InputOf<typeof Placed>) => void got.push(order.id),
      quote: (sku: string) => sku.length,
    }))
    const cashier = till.ref(Cashier, 'signalbox://shop/cashier')
    expect(cashier.tell.placed({ id: 'a', total: 1 })).toBe(true)
    await cashier.send.placed({ id: 'b', total: 2 })
    expect(await cashier.ask.quote('four')).toBe(4)
    expect(got).toEqual(['a', 'b'])
    expect(till.links().map(link => link.transport)).toEqual([transport])
  })

  it('who is told that there is no room waits for some, and all is accepted in order', async () => {
    const { shop, till } = await pair()
    const got: string[] = []
    await shop.spawn(Cashier, () => ({
      placed: (order: InputOf<typeof Placed>) => void got.push(order.id),
      quote: (sku: string) => sku.length,
    }))
    const cashier = till.ref(Cashier, 'signalbox://shop/cashier')
    const orders = Array.from({ length: 10_000 }, (_, total) => ({ id: `${total}`, total }))
    let refused = 0
    for (const order of orders) {
      while (!cashier.tell.placed(order)) {
        refused++
        await cashier.room()
      }
    }
    await cashier.ask.quote('behind them')
    expect(got).toEqual(orders.map(({ id }) => id))
    expect(refused).toBeGreaterThan(0)
    expect(till.links()).toHaveLength(1)
  })

  it('there is room to try again where the other node has ended', async () => {
    const { shop, till } = await pair()
    await shop.spawn(Cashier, () => ({ placed: () => new Promise(() => {}), quote: () => 1 }), {
      mailbox: { limit: 1, overflow: 'block' },
    })
    const cashier = till.ref(Cashier, 'signalbox://shop/cashier')
    await cashier.send.placed({ id: 'is never done', total: 1 })
    while (cashier.tell.placed({ id: 'fills what there is', total: 1 }));
    const room = cashier.room()
    await shop.close()
    await room
  })

  it('[I5] a contract that is first met within a session is declared before its values, whoever meets it', async () => {
    const { shop, till } = await pair()
    await shop.spawn(Cashier, () => ({ placed: () => {}, quote: () => 1 }))
    await till.ref(Cashier, 'signalbox://shop/cashier').ask.quote('begins the session')
    const Weigh = request('scale.weigh', {
      input: z.object({ crate: z.string(), tare: z.number() }),
      output: z.object({ crate: z.string(), net: z.number() }),
    })
    const Scale = protocol('scale', { weigh: Weigh })
    await shop.spawn(Scale, () => ({ weigh: ({ crate, tare }) => ({ crate, net: 10 - tare }) }))
    const scale = till.ref(Scale, 'signalbox://shop/scale')
    const weights = ['a', 'b'].map((crate, tare) => scale.ask.weigh({ crate, tare }))
    expect(await Promise.all(weights)).toEqual([
      { crate: 'a', net: 10 },
      { crate: 'b', net: 9 },
    ])
    expect(till.links()).toHaveLength(1)
  })

  it('a value that does not fit is refused at the receiver, and the sender hears why', async () => {
    const { shop, till } = await pair()
    await shop.spawn(Cashier, () => ({ placed: () => {}, quote: () => 1 }))
    const cashier = till.ref(Cashier, 'signalbox://shop/cashier')
    await expect(cashier.send.placed({ id: 'a', total: 'x' as unknown as number })).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
    })
  })

  it('observe, stream and publish', async () => {
    const { shop, till } = await pair()
    const observed = firstValueFrom(
      till.observe(Placed, { overflow: 'drop-oldest' }).pipe(take(3), toArray()),
    )
    const stream = till.stream(Placed)
    await until(async () => (await shop.publish(Placed, { id: 'first', total: 0 })).accepted > 0)
    await shop.publish(Placed, { id: 'second', total: 0 })
    await shop.publish(Placed, { id: 'third', total: 0 })
    expect((await observed).map(order => order.id)).toEqual(['first', 'second', 'third'])
    const read: string[] = []
    for await (const order of stream) {
      read.push(order.id)
      if (read.length === 3) break
    }
    expect(read).toEqual(['first', 'second', 'third'])
  })

  it('a subscriber meets a publisher that starts later, and is forgotten when it leaves', async () => {
    const { start } = nodes({ transports: { prefer: [transport] } })
    const till = await start('till')
    const heard: string[] = []
    const subscription = till.observe(Placed, { overflow: 'unbounded' }).subscribe(({ id }) => heard.push(id))
    const shop = await start('shop')
    const publish = (id: string) => shop.publish(Placed, { id, total: 0 })
    await until(async () => (await publish('a')).accepted === 1)
    expect(await publish('b')).toEqual({ accepted: 1, failed: 0 })
    expect(heard).toEqual(['a', 'b'])
    subscription.unsubscribe()
    await until(async () => (await publish('c')).accepted === 0)
  })

  it('hot state: the present value first, then each change', async () => {
    const { shop, till } = await pair()
    shop.provide(Stock.of('sku-1'), 5)
    const seen: number[] = []
    const done = new Promise<void>(resolve => {
      till.hot(Stock.of('sku-1')).subscribe(value => {
        seen.push(value)
        if (value < 8) shop.provide(Stock.of('sku-1'), value + 1)
        else resolve()
      })
    })
    await done
    expect(seen).toEqual([5, 6, 7, 8])
  })

  it('an unknown node, actor and a missing handler have names of their own', async () => {
    const { shop, till } = await pair()
    await shop.spawn(Cashier, () => ({ placed: () => {}, quote: () => 1 }))
    const Other = protocol('other', { other: message('other', z.string()) })
    await expect(
      till.ref(Cashier, 'signalbox://shup/cashier').send.placed({ id: '', total: 0 }),
    ).rejects.toMatchObject({
      code: 'NODE_UNKNOWN',
      message: expect.stringContaining("did you mean 'shop'?"),
    })
    await expect(till.ref(Cashier, 'signalbox://shop/cashire').ask.quote('')).rejects.toMatchObject({
      code: 'ACTOR_UNKNOWN',
      message: expect.stringContaining("did you mean 'cashier'?"),
    })
    await expect(till.ref(Other, 'signalbox://shop/cashier').send.other('x')).rejects.toMatchObject({
      code: 'CONTRACT_UNHANDLED',
    })
  })

  it('a question ends by time-out, by abort and by failure; the handler hears of the first two', async () => {
    const { shop, till } = await pair()
    const begun: string[] = []
    const aborted: string[] = []
    await shop.spawn(Cashier, () => ({
      placed: () => {},
      quote: (sku: string, { signal }: AskContext) => {
        if (sku === 'fails') throw new Error('no such sku')
        begun.push(sku)
        return new Promise<number>(resolve => {
          signal.addEventListener('abort', () => {
            aborted.push(sku)
            resolve(0)
          })
        })
      },
    }))
    const cashier = till.ref(Cashier, 'signalbox://shop/cashier')
    await expect(cashier.ask.quote('fails')).rejects.toMatchObject({
      code: 'HANDLER_FAILED',
      message: expect.stringContaining('no such sku'),
    })
    await expect(cashier.ask.quote('slow', { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    const abort = new AbortController()
    const asked = cashier.ask.quote('taken back', { signal: abort.signal })
    setImmediate(() => abort.abort())
    await expect(asked).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(cashier.ask.quote('fails')).rejects.toMatchObject({ code: 'HANDLER_FAILED' })
    // One that was given up before its turn was not begun: that depends on the track, and on the load.
    expect(aborted).toEqual(begun)
  })

  it('a question that is given up before its turn is not begun, and its actor goes on', async () => {
    const { shop, till } = await pair()
    const busy = new Gate()
    const begun: string[] = []
    const behaviour = () => ({
      placed: () => busy.passed,
      quote: (sku: string) => begun.push(sku),
    })
    await shop.spawn(Cashier, behaviour)
    await shop.spawn(Cashier, behaviour, { name: 'relief' })
    const cashier = till.ref(Cashier, 'signalbox://shop/cashier')
    await cashier.send.placed({ id: 'keeps it busy', total: 1 })
    const abort = new AbortController()
    const asked = cashier.ask.quote('taken back', { signal: abort.signal })
    await cashier.send.placed({ id: 'is accepted behind the question', total: 1 })
    abort.abort()
    await expect(asked).rejects.toMatchObject({ code: 'ABORTED' })
    // Asked on the same track: the other node knows by then that nobody waits for the first answer.
    await till.ref(Cashier, 'signalbox://shop/relief').ask.quote('asked behind it')
    busy.open()
    await cashier.ask.quote('asked last')
    expect(begun).toEqual(['asked behind it', 'asked last'])
  })

  it('what fails after a tell is in the dead letters, with its reason', async () => {
    const { till } = await pair()
    const letter = firstValueFrom(till.deadLetters$)
    expect(till.ref(Cashier, 'signalbox://shop/cashier').tell.placed({ id: 'a', total: 1 })).toBe(true)
    const { target, outcome, reason } = await letter
    expect({ target, outcome, code: reason.code }).toEqual({
      target: 'signalbox://shop/cashier',
      outcome: 'rejected',
      code: 'ACTOR_UNKNOWN',
    })
  })
})
