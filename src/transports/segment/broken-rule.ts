import { SignalboxError } from '../../core/contracts/index.js'

/** What a peer gets that writes into the segment, or says, what no honest one would. It is cut off with this. */
export function brokenRule(what: string): SignalboxError {
  return new SignalboxError(
    'PROTOCOL_VIOLATION',
    `the peer broke the rules of shared memory: ${what}; nothing more is read from it`,
  )
}
