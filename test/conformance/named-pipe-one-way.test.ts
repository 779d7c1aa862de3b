import { test } from 'vitest'
import { parseAddress } from '../../src/core/contracts/index.js'
import type { ConformanceTarget } from '../../src/testing/index.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { skipUnless } from '../support/capability.js'
import { testConformance } from '../support/conformance.js'
import { storm } from '../support/scale.js'

let last = 0

/** Cases in which an end that only writes, and has nothing to write, hears that its reader is gone. */
const heardByIdleWriters = [
  'a connection that arrives while nobody is subscribed is closed',
  'the name of a killed listener finds nobody, and can be used again',
  'abort ends a connection at once, also against a peer that does not read, and reports its error',
  'closed tells the survivor when an idle peer is killed, whoever had connected',
]
const onWindows = heardByIdleWriters.map(name => [
  name,
  'Windows does not tell an idle writer that its reader is gone',
])

const target: ConformanceTarget = {
  transport: namedPipe(),
  source: { module: 'signalbox/transports/named-pipe', factory: 'namedPipe' },
  address: () =>
    parseAddress(`named-pipe://./conformance-one-way-${process.pid}-${++last}?direction=inbound`),
  platformFaults: process.platform === 'win32' ? Object.fromEntries(onWindows) : {},
}

if (storm) testConformance(target)
else {
  test('one-way pipes keep the contract of connections', context =>
    skipUnless(context, false, 'a second suite for named pipes takes its minutes in the storms'))
}
