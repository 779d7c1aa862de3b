import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { FrameKind, MAGIC } from './frames.js'
import { violation } from './violation.js'

const TOKEN_LENGTH = 16
const NONCE_LENGTH = 16
const PROOF_LENGTH = 32

/** What the dialler says of a track that is to join a session. */
export interface Join {
  /** Names the session. */
  readonly token: Uint8Array
  /** The number of the track in the session: above those of all tracks before. */
  readonly track: number
  /** Random bytes that make each joining's proofs its own. */
  readonly nonce: Uint8Array
}

export function encodeJoin(join: Join): Uint8Array {
  return new ByteWriter()
    .u8(FrameKind.join)
    .raw(MAGIC)
    .raw(join.token)
    .varint(join.track)
    .raw(join.nonce)
    .done()
}

/** @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeJoin(frame: Uint8Array): Join {
  const input = new ByteReader(frame.subarray(1))
  const magic = input.raw(MAGIC.length)
  if (!MAGIC.every((byte, at) => magic[at] === byte)) throw violation('it does not speak Signalbox')
  const token = input.raw(TOKEN_LENGTH).slice()
  const track = input.varint()
  const nonce = input.raw(NONCE_LENGTH).slice()
  input.end()
  return { token, track, nonce }
}

/** Writes the first part of a joined: all but the proof. */
export function encodeJoined(nonce: Uint8Array): Uint8Array {
  return new ByteWriter().u8(FrameKind.joined).raw(nonce).done()
}

/** Appends the proof. */
export function sealJoined(body: Uint8Array, proof: Uint8Array): Uint8Array {
  return new ByteWriter().raw(body).block(proof).done()
}

/** Reads a joined and its proof. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeJoined(frame: Uint8Array): { readonly body: Uint8Array; readonly proof: Uint8Array } {
  const input = new ByteReader(frame)
  input.raw(1 + NONCE_LENGTH)
  const body = frame.slice(0, frame.length - input.left)
  const proof = input.block(PROOF_LENGTH).slice()
  input.end()
  return { body, proof }
}
