import { startNode } from 'signalbox'
import { Clerk, Total } from './contracts.js'

const shop = await startNode({ name: 'shop' })
let total = 0
await shop.spawn(Clerk, self => ({
  sold: ({ price }) => {
    total += price
    self.provide(Total.of('today'), total)
  },
  price: item => item.length,
}))
console.log('the shop is open')
