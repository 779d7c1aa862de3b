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

/** The two halves of what a handshake leaves to its session. */
export interface SessionKey {
  /** Names the session to whoever was there, 16 bytes. It is said aloud when a track joins. */
  readonly token: Uint8Array
  /** Proves, when a track joins, that one was there, 16 bytes. It is never said. */
  readonly key: Uint8Array
}

/** Made of the whole greeting, whose nonces no other one has; nobody has to send it. */
export function sessionKey(secret: Uint8Array, hello: Uint8Array, welcome: Uint8Array): SessionKey {
  const both = createHmac('sha256', secret)
    .update('signalbox session\0')
    .update(hello)
    .update(welcome)
    .digest()
  return { token: both.subarray(0, 16), key: both.subarray(16) }
}

/** Proof that a side was there when the session began, made over the whole joining so far. */
export function proveJoin(
  key: Uint8Array,
  role: 'joined' | 'confirm',
  join: Uint8Array,
  joined: Uint8Array,
): Uint8Array {
  return createHmac('sha256', key).update(`signalbox ${role}\0`).update(join).update(joined).digest()
}

/** Whether `proof` is the expected one, in a time that does not tell how much of it is right. */
export function proves(proof: Uint8Array, expected: Uint8Array): boolean {
  return proof.length === expected.length && timingSafeEqual(proof, expected)
}
