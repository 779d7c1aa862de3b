import type { Message, Payload } from '../pair/payload.js'

/** How a peer that carries bytes writes messages: bytes as they are, values as JSON, which most programs take. */
export interface Wire {
  encode(message: Message): Uint8Array
  decode(bytes: Uint8Array): Message
}

export function wireFor(payload: Payload): Wire {
  return payload.kind === 'bytes' ? plain : json
}

const plain: Wire = { encode: message => message as Uint8Array, decode: bytes => bytes }

const json: Wire = {
  encode: message => Buffer.from(JSON.stringify(message)),
  decode: bytes =>
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as Message,
}
