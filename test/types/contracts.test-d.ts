// What must and must not compile. Nothing here runs: `npm run typecheck` fails where an expected error is none.
import type { Observable } from 'rxjs'
import {
  type ActorRef,
  type AskContext,
  type Handles,
  type InputOf,
  type MessageContract,
  message,
  type Node,
  type OutputOf,
  type Protocol,
  protocol,
  type RequestContract,
  request,
  type StateContract,
  state,
} from 'signalbox'
import { z } from 'zod'

/** Compiles only where the two types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : 'these types differ'
declare function assertSame<A, B>(...same: Same<A, B> extends true ? [] : [Same<A, B>]): void

declare const node: Node
declare const signal: AbortSignal

const Placed = message('orders.placed', z.object({ id: z.string(), total: z.number() }))
const Opened = message('orders.opened', z.undefined())
const Closed = message('orders.closed', z.void())
const Noted = message('orders.noted', z.string().optional())
const Quote = request('orders.quote', { input: z.string(), output: z.number() })
const Count = request('orders.count', { input: z.undefined(), output: z.number() })
const Stock = state('stock.level', { key: z.string(), value: z.number() })
const Shelf = state('stock.shelf', { key: z.number(), value: z.array(z.string()) })
const Cashier = protocol('cashier', {
  placed: Placed,
  opened: Opened,
  closed: Closed,
  noted: Noted,
  quote: Quote,
  count: Count,
})

// Inference
assertSame<typeof Placed, MessageContract<{ id: string; total: number }>>()
assertSame<typeof Quote, RequestContract<string, number>>()
assertSame<typeof Stock, StateContract<string, number>>()
assertSame<typeof Shelf, StateContract<number, string[]>>()
assertSame<InputOf<typeof Placed>, { id: string; total: number }>()
assertSame<InputOf<typeof Quote>, string>()
assertSame<OutputOf<typeof Quote>, number>()
assertSame<OutputOf<typeof Placed>, never>()
Cashier satisfies Protocol

// What an actor of a protocol implements
type CashierHandlers = Handles<typeof Cashier>
assertSame<CashierHandlers['quote'], (input: string, context: AskContext) => number | Promise<number>>()
assertSame<CashierHandlers['placed'], (input: { id: string; total: number }) => void | Promise<void>>()

class CashierActor implements CashierHandlers {
  placed(_order: InputOf<typeof Placed>) {}
  opened() {}
  async closed() {}
  noted(_text: string | undefined) {}
  quote(sku: string, { signal: gone }: AskContext) {
    return gone.aborted ? 0 : sku.length
  }
  async count() {
    return 1
  }
}
node.spawn(Cashier, CashierActor) satisfies Promise<ActorRef<typeof Cashier>>

// @ts-expect-error a class without a handler
class Incomplete implements CashierHandlers {
  placed() {}
}
// @ts-expect-error a class without a handler cannot be spawned
node.spawn(Cashier, Incomplete)

const handlers: CashierHandlers = {
  placed() {},
  opened() {},
  closed() {},
  noted() {},
  quote: () => 1,
  count: () => 1,
}
node.spawn(Cashier, () => handlers)
// @ts-expect-error a function that leaves a handler out
node.spawn(Cashier, () => ({ placed() {} }))
// @ts-expect-error an answer of another type
node.spawn(Cashier, () => ({ ...handlers, quote: () => 'one' }))
// @ts-expect-error a promise of an answer of another type
node.spawn(Cashier, () => ({ ...handlers, quote: async () => 'one' }))
// @ts-expect-error a handler that wants another input
node.spawn(Cashier, () => ({ ...handlers, quote: (sku: number) => sku }))

// References
const cashier = node.ref(Cashier, 'signalbox://shop/cashier')
cashier.tell.placed({ id: 'a', total: 1 }) satisfies boolean
cashier.send.placed({ id: 'a', total: 1 }, { signal }) satisfies Promise<void>
cashier.ask.quote('a', { timeout: 5, signal }) satisfies Promise<number>
// @ts-expect-error a wrong payload
cashier.tell.placed({ id: 'a', total: '1' })
// @ts-expect-error a payload that lacks a field
cashier.send.placed({ id: 'a' })
// @ts-expect-error no payload where one is needed
cashier.tell.placed()
// @ts-expect-error a wrong question
cashier.ask.quote(1)
// @ts-expect-error a message cannot be asked
cashier.ask.placed
// @ts-expect-error a request cannot be told
cashier.tell.quote
// @ts-expect-error a request cannot be sent
cashier.send.quote
// @ts-expect-error an entry that there is not
cashier.tell.paid
// @ts-expect-error a tell takes no options
cashier.tell.placed({ id: 'a', total: 1 }, { signal })

// What may be undefined may be left out
cashier.tell.opened()
cashier.tell.closed()
cashier.tell.noted()
cashier.tell.noted('text')
cashier.send.opened() satisfies Promise<void>
cashier.send.opened(undefined, { signal })
cashier.ask.count() satisfies Promise<number>
cashier.ask.count(undefined, { timeout: 5 })

// Topics
node.publish(Placed, { id: 'a', total: 1 })
node.observe(Placed, { overflow: 'latest' }) satisfies Observable<{ id: string; total: number }>
node.observe(Placed, { overflow: 'drop-oldest', buffer: 5 })
node.stream(Placed) satisfies AsyncIterable<{ id: string; total: number }>
// @ts-expect-error a wrong payload
node.publish(Placed, { id: 1, total: 1 })
// @ts-expect-error nothing says what may be lost
node.observe(Placed)
// @ts-expect-error nothing says what may be lost
node.observe(Placed, { buffer: 5 })
// @ts-expect-error a policy that there is not
node.observe(Placed, { overflow: 'wait' })
// @ts-expect-error a request is not published
node.publish(Quote, 'a')

// States
node.provide(Stock.of('a'), 1)
node.hot(Shelf.of(1)) satisfies Observable<string[]>
// @ts-expect-error a wrong value
node.provide(Stock.of('a'), 'one')
// @ts-expect-error a wrong key
Stock.of(1)
// @ts-expect-error a state is followed at a key
node.hot(Stock)
// @ts-expect-error a key is a string or a number
state('stock.odd', { key: z.object({}), value: z.number() })

// A schema that converts would give another value here than in another process
// @ts-expect-error a default
message('converts', z.string().default(''))
// @ts-expect-error a default within
message('converts', z.object({ text: z.string().default('') }))
// @ts-expect-error a transformation
message('converts', z.string().transform(Number))
// @ts-expect-error a coercion
request('converts', { input: z.coerce.number(), output: z.number() })
// @ts-expect-error a converting answer
request('converts', { input: z.number(), output: z.string().default('') })
// @ts-expect-error a converting value
state('converts', { key: z.string(), value: z.string().default('') })
// @ts-expect-error no schema
message('none', {})

// @ts-expect-error a state is no entry of a protocol
protocol('odd', { stock: Stock })
