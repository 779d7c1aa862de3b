import { firstValueFrom } from 'rxjs'
import { startNode } from 'signalbox'
import { Cashier, Due } from './contracts.js'

await using till = await startNode({ name: 'till' })
const cashier = till.ref(Cashier, 'signalbox://shop/cashier')

console.log('tea costs', await cashier.ask.quote('tea', { timeout: 2000 }))
await cashier.send.placed({ id: 'a', sku: 'tea', count: 2 }) // resolves when the mailbox accepted it
cashier.tell.placed({ id: 'b', sku: 'milk', count: 5 }) // at once; false when there is no room for it

for (const id of ['a', 'b']) {
  const due = await firstValueFrom(till.hot(Due.of(id))) // an Observable: each new value is pushed
  console.log('order', id, 'costs', due)
}
