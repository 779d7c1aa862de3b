import { message, protocol, request, state } from 'signalbox'
import { z } from 'zod'

export const Placed = message('orders.placed', z.object({ id: z.string(), sku: z.string(), count: z.int() }))
export const Quote = request('orders.quote', { input: z.string(), output: z.number() })
export const Due = state('orders.due', { key: z.string(), value: z.number() }) // what is to be paid, by order
export const Cashier = protocol('cashier', { placed: Placed, quote: Quote })
