import { inject } from 'vitest'
import { parseAddress } from '../../src/core/contracts/index.js'
import { KILLED_IN_MID_STREAM } from '../../src/testing/index.js'
import { tcp } from '../../src/transports/tcp/index.js'
import { testConformance } from '../support/conformance.js'

/** Seen in Wine 8: the connection stays established, held by the wineserver alone, for ever. */
const faultsOfWine = {
  [KILLED_IN_MID_STREAM]:
    "Wine's server keeps a killed process's socket open while a write waits, and only the link's heartbeat notices",
}

testConformance({
  transport: tcp(),
  source: { module: 'signalbox/transports/tcp', factory: 'tcp' },
  address: () => parseAddress('tcp://127.0.0.1:0'),
  platformFaults: inject('project') === 'wine' ? faultsOfWine : {},
})
