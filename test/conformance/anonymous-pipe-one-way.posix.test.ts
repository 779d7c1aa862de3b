import { parseAddress } from '../../src/core/contracts/index.js'
import { anonymousPipe } from '../../src/transports/anonymous-pipe/index.js'
import { testConformance } from '../support/conformance.js'

const transport = anonymousPipe()
let last = 0

/** Cases in which an end that only writes, and has nothing to write, hears that its reader is gone. */
const heardByIdleWriters = [
  'a connection that arrives while nobody is subscribed is closed',
  'the name of a killed listener finds nobody, and can be used again',
  'abort ends a connection at once, also against a peer that does not read, and reports its error',
  'closed tells the survivor when an idle peer is killed, whoever had connected',
]

testConformance({
  transport,
  source: { module: 'signalbox/transports/anonymous-pipe', factory: 'anonymousPipe' },
  address: () =>
    parseAddress(`${transport.nodeAddress('conformance', `one-way-${++last}`).href}?direction=simplex`),
  platformFaults: Object.fromEntries(
    heardByIdleWriters.map(name => [name, 'no system tells an idle writer that its reader is gone']),
  ),
})
