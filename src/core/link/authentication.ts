import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Proof that a side knows the shared secret, made over the whole handshake so far: neither a proof
 * nor a hello of another handshake fits (HMAC-SHA-256, RFC 2104). Without a secret the proof is empty,
 * and fits only a peer that has none either.
 */
export function prove(
  secret: Uint8Array,
  role: 'welcome' | 'confirm',
  hello: Uint8Array,
  welcome: Uint8Array,
): Uint8Array {
  if (secret.length === 0) return new Uint8Array()
  return createHmac('sha256', secret).update(`signalbox ${role}\0`).update(hello).update(welcome).digest()
}

/** Whether `proof` is the expected one, in a time that does not tell how much of it is right. */
export function proves(proof: Uint8Array, expected: Uint8Array): boolean {
  return proof.length === expected.length && timingSafeEqual(proof, expected)
}
