import { type ErrorCode, SignalboxError } from '../contracts/index.js'
import type { ByteReader } from './byte-reader.js'
import type { ByteWriter } from './byte-writer.js'
import { REASON_LENGTH } from './frames.js'

/** Codes that may cross the wire; what a peer sends beside them is read as `HANDLER_FAILED`. */
const WIRE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ACTOR_UNKNOWN',
  'ACTOR_STOPPED',
  'MAILBOX_FULL',
  'HANDLER_FAILED',
  'CONTRACT_UNHANDLED',
  'CONTRACT_MISMATCH',
  'PAYLOAD_INVALID',
  'VALUE_NOT_DECODABLE',
  'VALUE_NOT_ENCODABLE',
  'LIMIT_EXCEEDED',
  'FRAME_TOO_LARGE',
  'OVERFLOW',
  'TIMEOUT',
  'ABORTED',
  'CLOSED',
  'ACCESS_DENIED',
  'HANDSHAKE_REFUSED',
  'AUTHENTICATION_FAILED',
  'PROTOCOL_VIOLATION',
  'NAME_TAKEN',
  'PEER_SILENT',
  'SUPERSEDED',
])

/** Bytes of the longest code. */
const CODE_LENGTH = 64

/** Why something was refused, as it crosses the wire: a code and a text for people. */
export interface Reason {
  readonly code: ErrorCode
  readonly text: string
}

/** Writes a reason; the text is cut to what the protocol allows. */
export function writeReason(out: ByteWriter, code: ErrorCode, text: string): ByteWriter {
  // A UTF-16 unit has at most 3 bytes in UTF-8.
  return out.text(code).text(text.slice(0, Math.floor(REASON_LENGTH / 3)))
}

/** Reads a reason. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function readReason(input: ByteReader): Reason {
  const code = input.text(CODE_LENGTH)
  const text = input.text(REASON_LENGTH)
  return { code: isWireCode(code) ? code : 'HANDLER_FAILED', text }
}

/** The error that the peer described. */
export function errorOf(reason: Reason): SignalboxError {
  return new SignalboxError(reason.code, reason.text)
}

function isWireCode(code: string): code is ErrorCode {
  return (WIRE_CODES as ReadonlySet<string>).has(code)
}
