import { afterAll, test } from 'vitest'
import type { AnyTransport } from '../../src/core/contracts/index.js'
import {
  blockingSend,
  broadcastOnly,
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

const awkward: Readonly<Record<string, AnyTransport>> = {
  simplex: simplex(),
  lossy: lossy({ seed }),
  tinyFrames: tinyFrames(),
  singleSlot: singleSlot(),
  blockingSend: blockingSend({ seed }),
  noCloseNotice: noCloseNotice(),
  broadcastOnly: broadcastOnly(),
}

const options = {
  seed,
  frames: scaled(500, 5_000),
  cycles: scaled(10, 200),
  messages: scaled(2_000, 50_000),
  largest: 256 * 1024,
}

/** The ledger lists the mechanisms of the architecture's table, and these are none of them. */
const untagged = (title: string) => title.replace(/^\[(.+?)\]/, '$1,')

let last = 0

for (const [factory, transport] of Object.entries(awkward)) {
  const source = { module: 'signalbox/testing', factory }
  const address = () => transport.nodeAddress('awkward', `place-${++last}`)
  registerConformance(conformance({ transport, source, address }, options), {
    test: (title, run) => test(untagged(title), run),
    skip: (title, reason) => test(untagged(title), context => skipUnless(context, false, reason)),
    afterAll,
  })
}
