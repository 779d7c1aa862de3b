import { afterAll, test } from 'vitest'
import {
  blockingSend,
  broadcastOnly,
  type ConformanceTarget,
  conformance,
  lossy,
  noCloseNotice,
  registerConformance,
  simplex,
  singleSlot,
  tinyFrames,
} from '../../src/testing/index.js'
import { skipUnless } from '../support/capability.js'
import { scaled } from '../support/scale.js'

// These transports live within one process: another system would show nothing else.

const seed = Date.now() % 1_000_000

const timersAlone = {
  'a link works in a worker thread, and lets the thread end':
    'while a packet within one process waits for a timer, nothing keeps the thread alive',
}

const awkward: Readonly<Record<string, Pick<ConformanceTarget, 'transport' | 'platformFaults'>>> = {
  simplex: { transport: simplex() },
  lossy: { transport: lossy({ seed }), platformFaults: timersAlone },
  tinyFrames: { transport: tinyFrames() },
  singleSlot: { transport: singleSlot() },
  blockingSend: { transport: blockingSend({ seed }), platformFaults: timersAlone },
  noCloseNotice: { transport: noCloseNotice() },
  broadcastOnly: { transport: broadcastOnly() },
}

const options = {
  seed,
  frames: scaled(500, 5_000),
  cycles: scaled(10, 200),
  messages: scaled(2_000, 50_000),
  largest: 256 * 1024,
}

let last = 0

for (const [factory, { transport, ...faults }] of Object.entries(awkward)) {
  const source = { module: 'signalbox/testing', factory }
  const address = () => transport.nodeAddress('awkward', `place-${++last}`)
  registerConformance(conformance({ transport, source, address, ...faults }, options), {
    test: (title, run) => test(title, run),
    skip: (title, reason) => test(title, context => skipUnless(context, false, reason)),
    afterAll,
  })
}
