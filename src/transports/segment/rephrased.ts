import { isSignalboxError, SignalboxError } from '../../core/contracts/index.js'

/** What the control connection met, told of the address that somebody asked for. */
export function rephrased(what: string, error: unknown): unknown {
  if (!isSignalboxError(error)) return error
  return new SignalboxError(error.code, `${what}: ${error.message}`, { cause: error })
}
