import type { CloseReason } from '../../core/contracts/connection.js'
import type { EndReason } from './end.js'

/** `reason` in a form that crosses processes. */
export function endReason(reason: CloseReason): EndReason {
  const { by } = reason
  return by === 'fault' ? { by, code: reason.error.code, message: reason.error.message } : { by }
}

/** `peer`, or `fault: the connection was reset`. */
export function inWords(reason: CloseReason): string {
  return reason.by === 'fault' ? `fault: ${reason.error.message}` : reason.by
}
