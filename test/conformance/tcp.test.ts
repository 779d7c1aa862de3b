import { parseAddress } from '../../src/core/contracts/index.js'
import { tcp } from '../../src/transports/tcp/index.js'
import { testConformance } from '../support/conformance.js'

testConformance({
  transport: tcp(),
  source: { module: 'signalbox/transports/tcp', factory: 'tcp' },
  address: () => parseAddress('tcp://127.0.0.1:0'),
})
