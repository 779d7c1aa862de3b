import { randomBytes } from 'node:crypto'
import { systemIntroducer } from '../composition/introduction/system-introducer.js'
import { rendezvousOver } from '../composition/rendezvous.js'
import type { TransportContext } from '../core/contracts/context.js'
import { namedPipe } from '../transports/named-pipe/index.js'

/**
 * What a transport needs from its surroundings, with real time, real chance and a silent log.
 * @param runtimeFolder an absolute path that only this user may enter
 */
export function createTestContext(runtimeFolder: string): TransportContext {
  const context = {
    clock: {
      now: () => performance.now(),
      after: (ms: number, run: () => void) => {
        const timer = setTimeout(run, ms).unref()
        return { cancel: () => clearTimeout(timer) }
      },
    },
    random: { bytes: (length: number) => randomBytes(length) },
    log: { debug: () => {}, warn: () => {} },
    runtimeFolder,
    introducer: systemIntroducer,
  }
  return { ...context, rendezvous: rendezvousOver(namedPipe(), context) }
}
