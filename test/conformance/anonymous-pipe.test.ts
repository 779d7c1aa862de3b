import { anonymousPipe } from '../../src/transports/anonymous-pipe/index.js'
import { testConformance } from '../support/conformance.js'

const transport = anonymousPipe()
let last = 0

testConformance({
  transport,
  source: { module: 'signalbox/transports/anonymous-pipe', factory: 'anonymousPipe' },
  address: () => transport.nodeAddress('conformance', String(++last)),
})
