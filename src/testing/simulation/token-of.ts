import type { Session } from '../../core/link/index.js'

/** What names a session in a simulation. */
export function tokenOf({ token }: Pick<Session, 'token'>): string {
  return hex(token)
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
