import { randomBytes } from 'node:crypto'
import type { TransportContext } from '../core/contracts/context.js'

/**
 * What a transport needs from its surroundings, with real time, real chance and a silent log.
 * @param runtimeFolder an absolute path that only this user may enter
 */
export function createTestContext(runtimeFolder: string): TransportContext {
  return {
    clock: {
      now: () => performance.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms).unref()
        return { cancel: () => clearTimeout(timer) }
      },
    },
    random: { bytes: length => randomBytes(length) },
    log: { debug: () => {}, warn: () => {} },
    runtimeFolder,
  }
}
