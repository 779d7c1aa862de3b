import { formatAddress } from '../../src/core/contracts/index.js'
import { broadcastRing } from '../../src/transports/broadcast-ring/index.js'
import { testConformance } from '../support/conformance.js'

let last = 0

testConformance({
  transport: broadcastRing(),
  source: { module: 'signalbox/transports/broadcast-ring', factory: 'broadcastRing' },
  address: () =>
    formatAddress({ scheme: 'broadcast-ring', host: '.', path: `conformance-${process.pid}-${++last}` }),
})
