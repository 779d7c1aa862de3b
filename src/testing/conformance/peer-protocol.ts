import type { ErrorCode } from '../../core/contracts/errors.js'
import type { PeerCommands } from './peer.js'

/** One call of a peer's command. */
export type PeerCall = {
  readonly [M in keyof PeerCommands]: {
    readonly call: number
    readonly command: M
    readonly args: Parameters<PeerCommands[M]>
  }
}[keyof PeerCommands]

/** What goes to a peer process. */
export type PeerOrder = PeerCall | { readonly leave: 'exit' | 'release' }

/** What comes back for each call. */
export interface PeerReport {
  readonly call: number
  readonly value?: unknown
  readonly error?: { readonly code?: ErrorCode; readonly message: string }
}
