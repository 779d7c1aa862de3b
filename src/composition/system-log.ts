import { createRequire } from 'node:module'
import type { Logger } from 'pino'
import type { Log } from '../core/contracts/index.js'

/** How much is logged, from nothing to everything. */
export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const

/** How much is logged; a level includes those before it. */
export type LogLevel = (typeof logLevels)[number]

/**
 * A log that writes one line of JSON per report to stderr, at once: nothing is lost when the process ends.
 */
export function systemLog(level: LogLevel): Log {
  let logger: Logger | undefined
  const open = () => {
    logger ??= openLog(level)
    return logger
  }
  return {
    debug: (message, details = {}) => open().debug(details, message),
    warn: (message, details = {}) => open().warn(details, message),
  }
}

/** Most processes never report anything, so pino is loaded with the first report. */
function openLog(level: LogLevel): Logger {
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino')
  return pino({ name: 'signalbox', level }, pino.destination({ dest: 2, sync: true }))
}
