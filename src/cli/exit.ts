import { CommanderError } from 'commander'
import { isSignalboxError, reasonOf } from '../core/contracts/index.js'

/** How the command ends. */
export const ExitCode = {
  done: 0,
  failed: 1,
  /** It was called wrongly. */
  usage: 2,
} as const

/** What the process exits with after `error`. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage
  return isSignalboxError(error, 'ADDRESS_INVALID', 'TRANSPORT_UNKNOWN') ? ExitCode.usage : ExitCode.failed
}

/** Says on stderr what went wrong. Of a wrong call the parser has said it already. */
export function explain(error: unknown): void {
  if (!(error instanceof CommanderError)) complain(reasonOf(error))
}

/** One sentence on stderr. */
export function complain(sentence: string): void {
  process.stderr.write(`signalbox: ${sentence}\n`)
}
