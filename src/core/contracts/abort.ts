import { SignalboxError } from './errors.js'

/**
 * What a caller gets who gave up.
 * @param what what was being done, with its address: `connect to tcp://127.0.0.1:7000`
 */
export function aborted(what: string, signal: AbortSignal): SignalboxError {
  return new SignalboxError('ABORTED', `${what}: given up by its caller`, { cause: signal.reason })
}

/** @throws SignalboxError `ABORTED` when `signal` has fired. */
export function throwIfAborted(what: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(what, signal)
}
