import { formatAddress } from '../../src/core/contracts/index.js'
import { memory } from '../../src/transports/memory/index.js'
import { testConformance } from '../support/conformance.js'

let last = 0

testConformance({
  transport: memory(),
  source: { module: 'signalbox/transports/memory', factory: 'memory' },
  address: () => formatAddress({ scheme: 'memory', host: '.', path: `conformance-${++last}` }),
})
