import { formatAddress } from '../../src/core/contracts/index.js'
import { worker } from '../../src/transports/worker/index.js'
import { testConformance } from '../support/conformance.js'

let last = 0

testConformance({
  transport: worker(),
  source: { module: 'signalbox/transports/worker', factory: 'worker' },
  address: () => formatAddress({ scheme: 'worker', host: '.', path: `conformance-${++last}` }),
})
