import { parseAddress } from '../../src/core/contracts/index.js'
import { anonymousPipe } from '../../src/transports/anonymous-pipe/index.js'
import { testConformance } from '../support/conformance.js'
import { untoldIdleWriters } from '../support/idle-writers.js'

const transport = anonymousPipe()
let last = 0

testConformance({
  transport,
  source: { module: 'signalbox/transports/anonymous-pipe', factory: 'anonymousPipe' },
  address: () =>
    parseAddress(`${transport.nodeAddress('conformance', `one-way-${++last}`).href}?direction=simplex`),
  platformFaults: untoldIdleWriters('no system tells an idle writer that its reader is gone'),
})
