import type { ErrorCode } from '../contracts/index.js'
import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { FrameKind } from './frames.js'
import { type Hello, readHello } from './hello.js'
import { type Reason, readReason, writeReason } from './reason.js'

// Every function here writes or reads a whole frame, its kind included: proofs are made over whole frames.

const PROOF_LENGTH = 32

/** Appends the proof that makes a welcome of an encoded hello. */
export function sealWelcome(body: Uint8Array, proof: Uint8Array): Uint8Array {
  return new ByteWriter().raw(body).block(proof).done()
}

/** A hello, and the bytes that a proof is made over. */
export interface ReceivedHello {
  readonly hello: Hello
  readonly body: Uint8Array
}

/**
 * Reads a hello.
 * @throws SignalboxError `PROTOCOL_VIOLATION`; `HANDSHAKE_REFUSED` for another version.
 */
export function decodeHello(frame: Uint8Array): ReceivedHello {
  const input = new ByteReader(frame)
  const hello = readHello(input)
  input.end()
  return { hello, body: frame.slice() }
}

/** Reads a welcome and its proof. @throws SignalboxError like {@link decodeHello}. */
export function decodeWelcome(frame: Uint8Array): ReceivedHello & { readonly proof: Uint8Array } {
  const input = new ByteReader(frame)
  const hello = readHello(input)
  const body = frame.slice(0, frame.length - input.left)
  const proof = input.block(PROOF_LENGTH).slice()
  input.end()
  return { hello, body, proof }
}

/** Writes a confirm: a proof. */
export function encodeConfirm(proof: Uint8Array): Uint8Array {
  return new ByteWriter().u8(FrameKind.confirm).block(proof).done()
}

/** Reads the proof of a confirm. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeConfirm(frame: Uint8Array): Uint8Array {
  const input = new ByteReader(frame.subarray(1))
  const proof = input.block(PROOF_LENGTH)
  input.end()
  return proof
}

export function encodeReady(): Uint8Array {
  return Uint8Array.of(FrameKind.ready)
}

/** @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeReady(frame: Uint8Array): void {
  new ByteReader(frame.subarray(1)).end()
}

export function encodeRefuse(code: ErrorCode, text: string): Uint8Array {
  return writeReason(new ByteWriter().u8(FrameKind.refuse), code, text).done()
}

/** Reads why the peer refuses. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeRefuse(frame: Uint8Array): Reason {
  const input = new ByteReader(frame.subarray(1))
  const reason = readReason(input)
  input.end()
  return reason
}
