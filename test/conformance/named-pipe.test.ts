import { formatAddress } from '../../src/core/contracts/index.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { testConformance } from '../support/conformance.js'

let last = 0

testConformance({
  transport: namedPipe(),
  source: { module: 'signalbox/transports/named-pipe', factory: 'namedPipe' },
  address: () =>
    formatAddress({ scheme: 'named-pipe', host: '.', path: `conformance-${process.pid}-${++last}` }),
})
