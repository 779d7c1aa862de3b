import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks' // the global one is looked up at each call
import type { Clock, Log, TransportContext } from '../core/contracts/index.js'
import { defaultRuntimeFolder, ensurePrivateFolder } from '../native/runtime-folder.js'
import { namedPipe } from '../transports/named-pipe/index.js'
import { systemIntroducer } from './introduction/system-introducer.js'
import { rendezvousOver } from './rendezvous.js'
import { systemLog } from './system-log.js'

/** Options of {@link systemContext}. */
export interface SystemContextOptions {
  /** @default defaultRuntimeFolder(): `SIGNALBOX_RUNTIME_DIR`, or the user's own folder for such things */
  readonly runtimeFolder?: string
  /** @default warnings to stderr */
  readonly log?: Log
}

/**
 * What transports get in a real process: the machine's time and chance, and the user's runtime folder,
 * which is made if need be.
 * @throws SignalboxError `ACCESS_DENIED` when others may enter the folder
 */
export async function systemContext(options: SystemContextOptions = {}): Promise<TransportContext> {
  const runtimeFolder = resolve(options.runtimeFolder ?? defaultRuntimeFolder())
  await ensurePrivateFolder(runtimeFolder)
  const context = {
    clock: systemClock,
    random: { bytes: (length: number) => randomBytes(length) },
    log: options.log ?? systemLog('warn'),
    runtimeFolder,
    introducer: systemIntroducer,
  }
  return { ...context, rendezvous: rendezvousOver(namedPipe(), context) }
}

/** The machine's time. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
