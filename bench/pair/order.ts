import { z } from 'zod'

/** A value of ten fields, as programs exchange them: 136 B as MessagePack with names, 177 B as JSON. */
export const orderSchema = z.object({
  id: z.int(),
  sku: z.string(),
  customer: z.string(),
  count: z.int(),
  price: z.number(),
  currency: z.string(),
  express: z.boolean(),
  placedAt: z.int(),
  region: z.string(),
  note: z.string(),
})

export type Order = z.infer<typeof orderSchema>

const START_OF_SALES = 1_700_000_000_000

/** Order number `n`: a new object each time, as a program makes them. */
export function orderOf(n: number): Order {
  return {
    id: n,
    sku: 'sku-48151623',
    customer: 'c-000042',
    count: n & 15,
    price: 19.25 + (n & 7),
    currency: 'EUR',
    express: (n & 1) === 1,
    placedAt: START_OF_SALES + n,
    region: 'north',
    note: 'leave it at the door',
  }
}

/** Whether it is order number `n`, as far as its number reaches. */
export function isOrder(order: Order, n: number): boolean {
  return (
    order.id === n &&
    order.count === (n & 15) &&
    order.price === 19.25 + (n & 7) &&
    order.express === ((n & 1) === 1) &&
    order.placedAt === START_OF_SALES + n &&
    order.note.length === 20
  )
}
