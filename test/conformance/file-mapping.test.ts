import { formatAddress } from '../../src/core/contracts/index.js'
import { fileMapping } from '../../src/transports/file-mapping/index.js'
import { testConformance } from '../support/conformance.js'

let last = 0

testConformance({
  transport: fileMapping(),
  source: { module: 'signalbox/transports/file-mapping', factory: 'fileMapping' },
  address: () =>
    formatAddress({ scheme: 'file-mapping', host: '.', path: `conformance-${process.pid}-${++last}` }),
})
