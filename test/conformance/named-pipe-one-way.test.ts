import { test } from 'vitest'
import { parseAddress } from '../../src/core/contracts/index.js'
import type { ConformanceTarget } from '../../src/testing/index.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { skipUnless } from '../support/capability.js'
import { testConformance } from '../support/conformance.js'
import { untoldIdleWriters } from '../support/idle-writers.js'
import { storm } from '../support/scale.js'

let last = 0

const onWindows = untoldIdleWriters('Windows does not tell an idle writer that its reader is gone')

const target: ConformanceTarget = {
  transport: namedPipe(),
  source: { module: 'signalbox/transports/named-pipe', factory: 'namedPipe' },
  address: () =>
    parseAddress(`named-pipe://./conformance-one-way-${process.pid}-${++last}?direction=inbound`),
  platformFaults: process.platform === 'win32' ? onWindows : {},
}

if (storm) testConformance(target)
else {
  test('one-way pipes keep the contract of connections', context =>
    skipUnless(context, false, 'a second suite for named pipes takes its minutes in the storms'))
}
