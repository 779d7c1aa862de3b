import { message, protocol, request, state } from 'signalbox'
import { z } from 'zod'

export const Sold = message('shop.sold', z.object({ item: z.string(), price: z.number() }))
export const Price = request('shop.price', { input: z.string(), output: z.number() })
export const Total = state('shop.total', { key: z.string(), value: z.number() })
export const Clerk = protocol('clerk', { sold: Sold, price: Price })
