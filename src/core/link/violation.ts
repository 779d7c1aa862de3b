import { SignalboxError } from '../contracts/index.js'

/** The error of whoever sends what the wire protocol does not allow. */
export function violation(what: string): SignalboxError {
  return new SignalboxError('PROTOCOL_VIOLATION', `the peer broke the wire protocol: ${what}`)
}
