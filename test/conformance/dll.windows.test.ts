import { formatAddress } from '../../src/core/contracts/index.js'
import { dll } from '../../src/transports/dll/index.js'
import { testConformance } from '../support/conformance.js'

let last = 0

testConformance({
  transport: dll(),
  source: { module: 'signalbox/transports/dll', factory: 'dll' },
  address: () => formatAddress({ scheme: 'dll', host: '.', path: `conformance/${process.pid}-${++last}` }),
})
