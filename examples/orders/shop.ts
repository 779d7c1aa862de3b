import { ContainerModule } from 'inversify'
import { startNode } from 'signalbox'
import { CashierActor, Prices } from './cashier.js'
import { Cashier } from './contracts.js'

const prices = new Prices(Object.entries({ tea: 3, milk: 1 }))
const pricesModule = new ContainerModule(({ bind }) => void bind(Prices).toConstantValue(prices))

const shop = await startNode({ name: 'shop', modules: [pricesModule] })
await shop.spawn(Cashier, CashierActor, { mailbox: { limit: 1000, overflow: 'block' } })
console.log('the shop is open')
process.once('SIGINT', () => shop.close())
