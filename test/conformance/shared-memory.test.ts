import { formatAddress } from '../../src/core/contracts/index.js'
import { sharedMemory } from '../../src/transports/shared-memory/index.js'
import { testConformance } from '../support/conformance.js'

let last = 0

testConformance({
  transport: sharedMemory(),
  source: { module: 'signalbox/transports/shared-memory', factory: 'sharedMemory' },
  address: () =>
    formatAddress({ scheme: 'shared-memory', host: '.', path: `conformance-${process.pid}-${++last}` }),
})
