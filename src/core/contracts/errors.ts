/**
 * Everything that can go wrong, as one closed set. A caller may switch over it exhaustively;
 * a plug-in picks from it and never invents a code.
 */
export type ErrorCode =
  // names and places
  | 'ADDRESS_INVALID' // the address cannot be read, or not by this transport
  | 'ADDRESS_IN_USE' // somebody listens there already
  | 'NO_LISTENER' // nobody listens there
  | 'NODE_UNKNOWN' // no such node in this namespace
  | 'ACTOR_UNKNOWN' // no such actor on that node
  | 'NAME_TAKEN' // a second node or actor of one name
  // tracks
  | 'TRANSPORT_UNKNOWN' // no transport of that name is installed
  | 'TRANSPORT_UNAVAILABLE' // installed, but not usable on this machine
  | 'ACCESS_DENIED' // the operating system, or our own security rules, said no
  | 'FRAME_TOO_LARGE' // over the track's or the link's limit
  | 'CLOSED' // used after close, or closed while in use
  | 'SYSTEM' // an operating-system call failed in a way that has no code of its own
  // links
  | 'HANDSHAKE_REFUSED' // the two sides cannot or will not speak with each other
  | 'AUTHENTICATION_FAILED' // the peer did not prove that it knows the secret
  | 'PROTOCOL_VIOLATION' // the peer sent bytes that the wire protocol does not allow
  | 'SUPERSEDED' // both sides dialled at once, and the other one's session counts: use that
  | 'PEER_SILENT' // nothing heard for longer than the liveness bound
  | 'PEER_LOST' // the session ended first: the outcome is unknown, not failed
  // values
  | 'VALUE_NOT_ENCODABLE' // outside the codec's declared domain
  | 'VALUE_NOT_DECODABLE' // bytes that this codec cannot have written
  | 'LIMIT_EXCEEDED' // deeper, longer or more than the limits allow
  | 'CONTRACT_INVALID' // a contract was declared wrongly
  | 'CONTRACT_MISMATCH' // two nodes mean different things by one name and version
  | 'CONTRACT_UNHANDLED' // the receiver has no handler for this contract
  | 'PAYLOAD_INVALID' // the schema refused a value
  // delivery
  | 'MAILBOX_FULL' // the mailbox's overflow policy refused the message
  | 'OVERFLOW' // a buffer on the way is full and its policy is to say so
  | 'ACTOR_STOPPED' // the actor ended before the message was accepted or answered
  | 'HANDLER_FAILED' // the handler threw
  | 'TIMEOUT'
  | 'ABORTED'
  // set-up
  | 'CONFIG_INVALID'

/** Options of {@link SignalboxError}. */
export interface SignalboxErrorOptions {
  /** What caused it, where something did. */
  readonly cause?: unknown
}

/**
 * The one error class. `code` says which kind; the message says what was tried, with what,
 * why it failed and what to do about it.
 */
export class SignalboxError extends Error {
  override readonly name = 'SignalboxError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: SignalboxErrorOptions,
  ) {
    super(message, options)
  }
}

/** Whether `error` is a {@link SignalboxError}, and of one of `codes` where any are given. */
export function isSignalboxError(error: unknown, ...codes: ErrorCode[]): error is SignalboxError {
  return error instanceof SignalboxError && (codes.length === 0 || codes.includes(error.code))
}

/** The text of anything that was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
