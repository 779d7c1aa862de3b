import type { Address, Introducer } from '../../core/contracts/index.js'
import { processTree } from '../processes/process-origin.js'
import { threadIntroducer } from '../threads/thread-origin.js'

/** What introduces whoever is in this thread: to other threads, or to other processes, as the mechanism of an address reaches. */
export const systemIntroducer: Introducer = {
  expect: (address, arrived) => introducerFor(address).expect(address, arrived),
  introduce: (address, pair, options) => introducerFor(address).introduce(address, pair, options),
}

function introducerFor({ scheme }: Address): Introducer {
  return scheme === 'anonymous-pipe' ? processTree() : threadIntroducer
}
