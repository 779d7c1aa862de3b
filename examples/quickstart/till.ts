import { startNode } from 'signalbox'
import { Clerk, Total } from './contracts.js'

const till = await startNode({ name: 'till' })
till.hot(Total.of('today')).subscribe(total => console.log('sold today:', total))
const clerk = till.ref(Clerk, 'signalbox://shop/clerk')
const price = await clerk.ask.price('tea')
await clerk.send.sold({ item: 'tea', price })
