import { type Address, parseAddress } from '../contracts/index.js'

/** Bytes of what joins two ways. */
export const TOKEN_LENGTH = 16

/** What a dialler says on the way there: by which token it knows the way back, and where it waits for that. */
export interface Join {
  readonly token: Uint8Array
  readonly at: Address
}

export function writeJoin({ token, at }: Join): Uint8Array {
  return Buffer.concat([token, Buffer.from(at.href)])
}

/** @throws for a stranger's bytes. */
export function readJoin(said: Uint8Array): Join {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(said.subarray(TOKEN_LENGTH))
  return { token: said.slice(0, TOKEN_LENGTH), at: parseAddress(text) }
}
