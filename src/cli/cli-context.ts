import { type Config, loadConfig } from '../composition/config/index.js'
import { systemContext } from '../composition/system-context.js'
import type { Log, TransportContext } from '../core/contracts/index.js'
import { complain } from './exit.js'

/** What every command works with. */
export interface CliContext {
  readonly config: Config
  readonly context: TransportContext
}

/** Reads the configuration, as a node started in this folder would. @throws SignalboxError `CONFIG_INVALID`, `ACCESS_DENIED` */
export async function cliContext(): Promise<CliContext> {
  const config = await loadConfig()
  const context = await systemContext({ runtimeFolder: config.runtimeFolder, log: cliLog(config.log.level) })
  return { config, context }
}

/** Reports in sentences for people, where a node writes JSON. */
function cliLog(level: Config['log']['level']): Log {
  const quiet = () => {}
  const warns = level === 'warn' || level === 'info' || level === 'debug'
  return { warn: warns ? complain : quiet, debug: level === 'debug' ? complain : quiet }
}
