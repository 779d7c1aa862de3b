import { mailslot } from '../../src/transports/mailslot/index.js'
import { testConformance } from '../support/conformance.js'

const transport = mailslot()
let last = 0

testConformance({
  transport,
  source: { module: 'signalbox/transports/mailslot', factory: 'mailslot' },
  address: () => transport.nodeAddress('conformance', `${process.pid}-${++last}`),
})
