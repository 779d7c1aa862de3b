import type { LocalContract } from '../node/contract-table.js'
import type { AskOptions } from '../node/open-question.js'

/** Where the messages of a reference go: an actor in this process, or one elsewhere. */
export interface Target {
  /** The actor's path: `signalbox://shop/cashier`. */
  readonly path: string
  /** Now or not at all: false when it was not taken. */
  tell(contract: LocalContract, value: unknown): boolean
  /** Resolves when it is worth while to try again what `tell` refused. It never rejects. */
  room(): Promise<void>
  /** Resolves when the mailbox accepted it. */
  send(contract: LocalContract, value: unknown, signal: AbortSignal | undefined): Promise<void>
  ask(contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown>
}
