import { readFile } from 'node:fs/promises'
import { ContainerModule, inject, injectable } from 'inversify'
import { firstValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type ActorContext,
  type ActorRef,
  type AskContext,
  type DeadLetter,
  type Handles,
  message,
  type Node,
  protocol,
  request,
  Self,
} from '../../../src/index.js'
import { Gate } from '../../support/gate.js'
import { loneNode } from '../../support/nodes.js'
import { until } from '../../support/until.js'

const Noted = message('noted', z.number())
const Twice = request('twice', { input: z.number(), output: z.number() })
const Desk = protocol('desk', { noted: Noted, twice: Twice })
const Other = protocol('other', { other: message('other', z.string()) })

const idle: Handles<typeof Desk> = { noted() {}, twice: number => 2 * number }

/** The dead letters from now on, in short. */
function deadLetters(
  node: Node,
  count: number,
): Promise<Pick<DeadLetter, 'payload' | 'target' | 'outcome'>[]> {
  return firstValueFrom(node.deadLetters$.pipe(take(count), toArray())).then(letters =>
    letters.map(({ payload, target, outcome, reason }) => ({ payload, target, outcome, code: reason.code })),
  )
}

describe('an actor', () => {
  it('handles one message at a time, in order, also when its handlers wait', async () => {
    const node = await loneNode()
    const steps: string[] = []
    const desk = await node.spawn(Desk, () => ({
      async noted(number) {
        steps.push(`begin ${number}`)
        await new Promise(setImmediate)
        steps.push(`end ${number}`)
      },
      twice: number => steps.push(`twice ${number}`),
    }))
    desk.tell.noted(1)
    const asked = desk.ask.twice(2)
    await desk.send.noted(3)
    await asked
    await desk.ask.twice(4)
    expect(steps).toEqual(['begin 1', 'end 1', 'twice 2', 'begin 3', 'end 3', 'twice 4'])
  })

  it('can speak to itself while it is made', async () => {
    const node = await loneNode()
    const desk = await node.spawn(Desk, self => {
      self.ref(Desk, self.path).tell.noted(1)
      const noted: number[] = []
      return { noted: number => void noted.push(number), twice: () => noted.length }
    })
    expect(await desk.ask.twice(0)).toBe(1)
  })

  it('that fails on a question tells the asker, and goes on', async () => {
    const node = await loneNode()
    const desk = await node.spawn(Desk, () => ({
      noted() {},
      twice(number) {
        if (number === 1) throw new Error('no such number')
        if (number === 2) return Promise.reject(new TypeError('no such number either'))
        return 2 * number
      },
    }))
    const failure = (why: string) => ({
      code: 'HANDLER_FAILED',
      message: `signalbox://shop/desk failed on request twice@1: ${why}`,
    })
    await expect(desk.ask.twice(1)).rejects.toMatchObject(failure('no such number'))
    await expect(desk.ask.twice(2)).rejects.toMatchObject(failure('no such number either'))
    expect(await desk.ask.twice(3)).toBe(6)
  })

  it('that fails on a message leaves it in the dead letters, and goes on', async () => {
    const node = await loneNode()
    const desk = await node.spawn(Desk, () => ({
      ...idle,
      noted(number) {
        if (number === 1) throw new Error('not that one')
        return Promise.reject(new Error('nor that'))
      },
    }))
    const letters = deadLetters(node, 2)
    desk.tell.noted(1)
    await desk.send.noted(2)
    const letter = { target: 'signalbox://shop/desk', outcome: 'rejected', code: 'HANDLER_FAILED' }
    expect(await letters).toEqual([
      { ...letter, payload: 1 },
      { ...letter, payload: 2 },
    ])
    expect(await desk.ask.twice(3)).toBe(6)
  })

  it('answers with what a promise of any kind resolves to', async () => {
    const node = await loneNode()
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    const foreign = { then: (resolve: (value: number) => void) => resolve(7) } as Promise<number>
    const desk = await node.spawn(Desk, () => ({ ...idle, twice: () => foreign }))
    expect(await desk.ask.twice(1)).toBe(7)
  })

  it('hears that the asker gave up, and no earlier', async () => {
    const node = await loneNode()
    const asked = new Gate()
    const givenUp = new Gate()
    const desk = await node.spawn(Desk, () => ({
      noted() {},
      twice(number, { signal }: AskContext) {
        if (number === 2) return new Promise<number>(() => {})
        expect(signal.aborted).toBe(false)
        asked.open()
        signal.addEventListener('abort', givenUp.open)
        return givenUp.passed.then(() => number)
      },
    }))
    const abort = new AbortController()
    const answer = desk.ask.twice(1, { signal: abort.signal })
    await asked.passed
    abort.abort('enough')
    await expect(answer).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
    await givenUp.passed
    await expect(desk.ask.twice(2, { timeout: 1 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  })

  it('does not begin a question that was given up before its turn', async () => {
    const node = await loneNode()
    const busy = new Gate()
    const begun: number[] = []
    const desk = await node.spawn(Desk, () => ({
      noted: () => busy.passed,
      twice(number) {
        begun.push(number)
        return 2 * number
      },
    }))
    desk.tell.noted(1)
    const abort = new AbortController()
    const answer = desk.ask.twice(1, { signal: abort.signal })
    abort.abort('enough')
    await expect(answer).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
    busy.open()
    expect(await desk.ask.twice(2)).toBe(4)
    expect(begun).toEqual([2])
  })

  it('and one that it keeps busy leave the event loop its turns', async () => {
    const node = await loneNode()
    let turn = false
    let exchanged = 0
    const answering = (to: string) => (self: ActorContext) => ({
      ...idle,
      async noted(number: number) {
        exchanged++
        if (!turn) self.ref(Desk, to).tell.noted(number)
      },
    })
    const ping = await node.spawn(Desk, answering('pong'), { name: 'ping' })
    await node.spawn(Desk, answering('ping'), { name: 'pong' })
    ping.tell.noted(1)
    await new Promise(resolve => setTimeout(resolve)) // never comes if the two have the loop to themselves
    turn = true
    expect(exchanged).toBeGreaterThan(1)
  })
})

describe('actors that never stop speaking', () => {
  it('leave timers and other processes their turns', async () => {
    const node = await loneNode()
    let over = false
    let hops = 0
    const ring: ActorRef<typeof Desk>[] = []
    for (let at = 0; at < 100; at++) {
      ring[at] = await node.spawn(
        Desk,
        () => ({
          ...idle,
          noted(number) {
            hops++
            if (!over) ring[(at + 1) % ring.length]?.tell.noted(number)
          },
        }),
        { name: `desk-${at}` },
      )
    }
    ring[0]?.tell.noted(1)
    await new Promise(resolve => setTimeout(resolve, 1))
    await readFile(new URL(import.meta.url))
    over = true
    expect(hops).toBeGreaterThan(0)
  })
})

describe('a message', () => {
  const Order = message(
    'order',
    z.object({ id: z.string(), lines: z.array(z.number()), raw: z.custom<Buffer>() }),
  )
  const Clerk = protocol('clerk', { order: Order })

  it.each([
    [true, 'HANDLER_FAILED'],
    [false, undefined],
  ])('within a process is frozen: %s', async (freeze, code) => {
    const node = await loneNode({ freeze })
    const reasons: (string | undefined)[] = []
    node.deadLetters$.subscribe(({ reason }) => reasons.push(reason.code))
    const order = { id: 'a', lines: [1], raw: Buffer.alloc(1) }
    const clerk = await node.spawn(Clerk, () => ({
      order(received) {
        expect(received).toBe(order) // by reference
        received.raw[0] = 1 // binary data cannot be frozen
        received.lines.push(2)
        reasons.push(undefined)
      },
    }))
    await clerk.send.order(order)
    await new Promise(setImmediate)
    expect(reasons).toEqual([code])
    expect(order.lines).toEqual(freeze ? [1] : [1, 2])
  })

  it('may refer to itself, and be as deep as it likes', async () => {
    const node = await loneNode({ freeze: true })
    const Any = protocol('any', { any: request('any', { input: z.any(), output: z.any() }) })
    const any = await node.spawn(Any, () => ({ any: value => value }))
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    let deep: unknown = null
    for (let depth = 0; depth < 100_000; depth++) deep = { deep }
    expect(await any.ask.any(cyclic)).toBe(cyclic)
    expect(await any.ask.any(deep)).toBe(deep)
    expect(Object.isFrozen(deep)).toBe(true)
  })
})

describe('an actor that is stopped', () => {
  it('finishes the message at hand; what waits goes to the dead letters, and askers hear of it', async () => {
    const node = await loneNode()
    const gate = new Gate()
    const handled: number[] = []
    const begun = new Gate()
    let disposed = 0
    const desk = await node.spawn(
      Desk,
      () => ({
        async noted(number) {
          begun.open()
          await gate.passed
          handled.push(number)
        },
        twice: number => 2 * number,
        async [Symbol.asyncDispose]() {
          disposed++
        },
      }),
      { mailbox: { limit: 2 } },
    )
    desk.tell.noted(1)
    await begun.passed
    const letters = deadLetters(node, 1)
    desk.tell.noted(2)
    const asked = desk.ask.twice(3)
    const blocked = desk.send.noted(4)
    const stopped = node.stop('desk')
    const again = node.stop('desk')
    await expect(asked).rejects.toMatchObject({ code: 'ACTOR_STOPPED' })
    await expect(blocked).rejects.toMatchObject({ code: 'ACTOR_STOPPED' })
    expect(await letters).toEqual([
      { payload: 2, target: 'signalbox://shop/desk', outcome: 'rejected', code: 'ACTOR_STOPPED' },
    ])
    expect(disposed).toBe(0)
    gate.open()
    await stopped
    await again
    expect({ handled, disposed }).toEqual({ handled: [1], disposed: 1 })
    await expect(desk.ask.twice(5)).rejects.toMatchObject({ code: 'ACTOR_UNKNOWN' })
  })

  it('by itself ends once it is done with the message at hand', async () => {
    const node = await loneNode()
    const disposed = new Gate()
    const desk = await node.spawn(Desk, self => ({
      noted() {},
      twice(number) {
        self.stop()
        return 2 * number
      },
      [Symbol.dispose]: disposed.open,
    }))
    expect(await desk.ask.twice(1)).toBe(2)
    await disposed.passed
    await expect(desk.send.noted(1)).rejects.toMatchObject({ code: 'ACTOR_UNKNOWN' })
  })

  it('by a handler that does not wait is disposed of after that handler', async () => {
    const node = await loneNode()
    const steps: string[] = []
    const disposed = new Gate()
    const desk = await node.spawn(Desk, self => ({
      ...idle,
      noted() {
        self.stop()
        steps.push('handled')
      },
      [Symbol.dispose]() {
        steps.push('disposed')
        disposed.open()
      },
    }))
    desk.tell.noted(1)
    await disposed.passed
    expect(steps).toEqual(['handled', 'disposed'])
  })

  it('by a handler that waits is disposed of when that handler is done', async () => {
    const node = await loneNode()
    const steps: string[] = []
    const disposed = new Gate()
    const desk = await node.spawn(Desk, self => ({
      ...idle,
      async noted() {
        self.stop()
        await new Promise(setImmediate)
        steps.push('handled')
      },
      [Symbol.dispose]() {
        steps.push('disposed')
        disposed.open()
      },
    }))
    desk.tell.noted(1)
    await disposed.passed
    expect(steps).toEqual(['handled', 'disposed'])
  })

  it('and started again is reached through the same reference', async () => {
    const node = await loneNode()
    const desk = await node.spawn(Desk, () => idle)
    await node.stop('desk')
    await node.spawn(Desk, () => ({ ...idle, twice: number => 3 * number }))
    expect(await desk.ask.twice(1)).toBe(3)
  })

  it('while the one that had its name before still ends is waited for, as is the other', async () => {
    const node = await loneNode()
    const ends = [new Gate(), new Gate()]
    const disposed: number[] = []
    const stopped: Promise<void>[] = []
    for (const [at, end] of ends.entries()) {
      await node.spawn(Desk, () => ({
        ...idle,
        async [Symbol.asyncDispose]() {
          await end.passed
          disposed.push(at)
        },
      }))
      stopped.push(node.stop('desk'))
    }
    ends[0]?.open()
    await stopped[0]
    expect(node.stop('desk')).toBe(stopped[1])
    expect(disposed).toEqual([0])
    ends[1]?.open()
    await stopped[1]
    expect(disposed).toEqual([0, 1])
  })

  it('is disposed of once, asynchronously where it can be, and as a method of its own', async () => {
    const node = await loneNode()
    const steps: unknown[] = []
    const actor = {
      ...idle,
      async [Symbol.asyncDispose](this: unknown) {
        steps.push('asynchronously', this)
      },
      [Symbol.dispose]() {
        steps.push('at once')
      },
    }
    await node.spawn(Desk, () => actor)
    await node.stop('desk')
    expect(steps).toEqual(['asynchronously', actor])
  })

  it('says so when its disposal fails, and the node closes all the same', async () => {
    const failing = () => ({
      ...idle,
      [Symbol.asyncDispose]: () => Promise.reject(new Error('it is stuck')),
    })
    const node = await loneNode()
    await node.spawn(Desk, failing)
    await expect(node.stop('desk')).rejects.toMatchObject({
      code: 'HANDLER_FAILED',
      message: expect.stringContaining('it is stuck'),
    })
    await node.spawn(Desk, failing)
    await node.close()
  })

  it('while it waits for what does not come is left, so that its node can close', async () => {
    const node = await loneNode()
    const begun = new Gate()
    const desk = await node.spawn(Desk, () => ({
      noted() {},
      twice() {
        begun.open()
        return new Promise<number>(() => {})
      },
    }))
    const asked = desk.ask.twice(1)
    const refused = expect(asked).rejects.toMatchObject({ code: 'ACTOR_STOPPED' })
    await begun.passed
    await node.close()
    await refused
  })
})

describe('a mailbox that is full', () => {
  async function fullDesk(overflow: 'block' | 'reject' | 'drop-oldest' | 'drop-newest') {
    const node = await loneNode()
    const gate = new Gate()
    const begun = new Gate()
    const handled: number[] = []
    const desk = await node.spawn(
      Desk,
      () => ({
        async noted(number) {
          begun.open()
          await gate.passed
          handled.push(number)
        },
        twice: number => 2 * number,
      }),
      { mailbox: { limit: 2, overflow } },
    )
    desk.tell.noted(0)
    await begun.passed // it is at hand, and the mailbox empty
    desk.tell.noted(1)
    return { node, desk, gate, handled }
  }

  it('and blocks refuses a tell, and lets sends and asks wait their turn', async () => {
    const { desk, gate, handled } = await fullDesk('block')
    expect([desk.tell.noted(2), desk.tell.noted(3)]).toEqual([true, false])
    const sent = [desk.send.noted(4), desk.send.noted(5)]
    const asked = desk.ask.twice(6)
    gate.open()
    await Promise.all(sent)
    expect(await asked).toBe(12)
    expect(handled).toEqual([0, 1, 2, 4, 5])
  })

  it('and rejects tells the sender and the asker', async () => {
    const { desk, gate, handled } = await fullDesk('reject')
    expect([desk.tell.noted(2), desk.tell.noted(3)]).toEqual([true, false])
    await expect(desk.send.noted(4)).rejects.toMatchObject({ code: 'MAILBOX_FULL' })
    await expect(desk.ask.twice(5)).rejects.toMatchObject({ code: 'MAILBOX_FULL' })
    gate.open()
    await until(() => handled.length >= 3)
    expect(handled).toEqual([0, 1, 2])
    expect(await desk.ask.twice(6)).toBe(12)
  })

  it('and drops the oldest leaves it in the dead letters, or tells who asked it', async () => {
    const { node, desk, gate, handled } = await fullDesk('drop-oldest')
    const letters = deadLetters(node, 2)
    const asked = desk.ask.twice(2)
    expect([desk.tell.noted(3), desk.tell.noted(4)]).toEqual([true, true])
    await expect(asked).rejects.toMatchObject({ code: 'MAILBOX_FULL' })
    await desk.send.noted(5)
    expect((await letters).map(({ payload }) => payload)).toEqual([1, 3])
    gate.open()
    await until(() => handled.length >= 3)
    expect(handled).toEqual([0, 4, 5])
  })

  it('and drops the newest leaves it in the dead letters, or tells who asks', async () => {
    const { node, desk, gate, handled } = await fullDesk('drop-newest')
    const letters = deadLetters(node, 2)
    expect([desk.tell.noted(2), desk.tell.noted(3)]).toEqual([true, true])
    await desk.send.noted(4)
    await expect(desk.ask.twice(5)).rejects.toMatchObject({ code: 'MAILBOX_FULL' })
    expect((await letters).map(({ payload }) => payload)).toEqual([3, 4])
    gate.open()
    await until(() => handled.length >= 3)
    expect(handled).toEqual([0, 1, 2])
  })
})

describe('spawn', () => {
  abstract class Prices {
    abstract find(number: number): number
  }

  @injectable()
  class DeskActor implements Handles<typeof Desk> {
    constructor(
      @inject(Prices) private readonly prices: Prices,
      @inject(Self) private readonly self: ActorContext,
    ) {}

    noted() {}

    twice(number: number) {
      if (number < 0) throw new Error(`${this.self.name} at ${this.self.path}`)
      return this.prices.find(number)
    }
  }

  it('makes a class by injection, from modules, each actor with its own Self', async () => {
    let made = 0
    const prices = new ContainerModule(({ bind }) => {
      bind(Prices)
        .toDynamicValue(() => ({ find: number => 2 * number, made: made++ }))
        .inSingletonScope()
    })
    const node = await loneNode({ modules: [prices] })
    const desks = [
      await node.spawn(Desk, DeskActor),
      await node.spawn(Desk, DeskActor, { name: 'back/desk 2' }),
    ]
    expect(await Promise.all(desks.map(desk => desk.ask.twice(4)))).toEqual([8, 8])
    await expect(desks[0]?.ask.twice(-1)).rejects.toThrow('desk at signalbox://shop/desk')
    await expect(desks[1]?.ask.twice(-1)).rejects.toThrow('back/desk 2 at signalbox://shop/back/desk%202')
    expect(made).toBe(1)
  })

  it('makes a class that a module has bound, too', async () => {
    const bound = new ContainerModule(({ bind }) => {
      bind(Prices).toConstantValue({ find: number => 3 * number })
      bind(DeskActor).toSelf()
    })
    const node = await loneNode({ modules: [bound] })
    const desk = await node.spawn(Desk, DeskActor)
    expect(await desk.ask.twice(4)).toBe(12)
  })

  it('leaves nothing behind when the actor cannot be made', async () => {
    const node = await loneNode()
    await expect(node.spawn(Desk, DeskActor)).rejects.toThrow('Prices')
    await expect(
      node.spawn(Desk, () => {
        throw new Error('not today')
      }),
    ).rejects.toThrow('not today')
    await node.spawn(Desk, () => idle)
  })

  it('needs every handler', async () => {
    const node = await loneNode()
    const partly = { noted() {} } as unknown as Handles<typeof Desk>
    await expect(node.spawn(Desk, () => partly)).rejects.toMatchObject({
      code: 'CONTRACT_INVALID',
      message: 'signalbox://shop/desk has no handler twice for request twice@1',
    })
  })

  it('needs a name that is free, and one that a path can have', async () => {
    const node = await loneNode()
    await node.spawn(Desk, () => idle)
    await expect(node.spawn(Desk, () => idle)).rejects.toMatchObject({ code: 'NAME_TAKEN' })
    await expect(node.spawn(Desk, () => idle, { name: '..' })).rejects.toMatchObject({
      code: 'ADDRESS_INVALID',
    })
    await expect(node.spawn(Desk, () => idle, { name: '' })).rejects.toMatchObject({
      code: 'ADDRESS_INVALID',
    })
  })

  it('does not work on a node that is closed', async () => {
    const node = await loneNode()
    await node.close()
    await expect(node.spawn(Desk, () => idle)).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('what nobody takes', () => {
  it('has its reason, and the nearest name', async () => {
    const node = await loneNode()
    await node.spawn(Desk, () => idle)
    const letters = deadLetters(node, 2)
    expect(node.ref(Desk, 'dexk').tell.noted(1)).toBe(true)
    expect(node.ref(Other, 'desk').tell.other('text')).toBe(true)
    expect(await letters).toEqual([
      { payload: 1, target: 'signalbox://shop/dexk', outcome: 'rejected', code: 'ACTOR_UNKNOWN' },
      { payload: 'text', target: 'signalbox://shop/desk', outcome: 'rejected', code: 'CONTRACT_UNHANDLED' },
    ])
    await expect(node.ref(Desk, 'dexk').ask.twice(1)).rejects.toThrow("did you mean 'desk'?")
    await expect(node.ref(Desk, 'dexk').send.noted(1)).rejects.toMatchObject({ code: 'ACTOR_UNKNOWN' })
    await expect(node.ref(Other, 'desk').send.other('')).rejects.toMatchObject({
      code: 'CONTRACT_UNHANDLED',
      message: 'signalbox://shop/desk (desk) has no handler for message other@1',
    })
  })

  it('is taken back by who sent it', async () => {
    const node = await loneNode()
    const handled: number[] = []
    const desk = await node.spawn(Desk, () => ({
      noted: number => void handled.push(number),
      twice: number => handled.push(number),
    }))
    const signal = AbortSignal.abort('enough')
    await expect(desk.send.noted(1, { signal })).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
    await expect(desk.ask.twice(2, { signal })).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
    await desk.ask.twice(3)
    expect(handled).toEqual([3])
  })
})
