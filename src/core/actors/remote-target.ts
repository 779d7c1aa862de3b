import { SignalboxError } from '../contracts/index.js'
import type { Outcome, Receipt } from '../link/index.js'
import type { LocalContract } from '../node/contract-table.js'
import type { DeadLetter } from '../node/dead-letters.js'
import type { AskOptions } from '../node/open-question.js'
import type { RemoteNode } from '../node/remote-node.js'
import type { Target } from './target.js'

/** An actor on another node. */
export class RemoteTarget implements Target {
  readonly #label: string
  /** By the contract's number. One receipt serves all tells of a contract: none costs an allocation for its outcome. */
  readonly #receipts: Receipt[] = []

  constructor(
    private readonly node: RemoteNode,
    readonly path: string,
    name: string,
    private readonly deadLetter: (letter: DeadLetter) => void,
  ) {
    this.#label = `actor ${name}`
  }

  tell(contract: LocalContract, value: unknown): boolean {
    try {
      return this.node.tell(this.#label, contract, value, this.#receipt(contract))
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error
      this.deadLetter({
        contract: contract.key,
        target: this.path,
        payload: value,
        outcome: 'rejected',
        reason: error,
      })
      return true // its outcome is known, and trying again would not change it
    }
  }

  room(): Promise<void> {
    return this.node.room(this.#label)
  }

  send(contract: LocalContract, value: unknown, signal: AbortSignal | undefined): Promise<void> {
    return this.node.send(this.#label, contract, value, signal)
  }

  ask(contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown> {
    return this.node.ask(this.#label, contract, value, options)
  }

  #receipt(contract: LocalContract): Receipt {
    const receipt = this.#receipts[contract.id] ?? { settle: outcome => this.#settled(contract, outcome) }
    this.#receipts[contract.id] = receipt
    return receipt
  }

  #settled(contract: LocalContract, outcome: Outcome): void {
    if (outcome.status === 'accepted') return
    const { status, error } = outcome
    // The payload is the peer's now: keeping a copy of each would cost more than it is worth.
    this.deadLetter({
      contract: contract.key,
      target: this.path,
      payload: undefined,
      outcome: status,
      reason: error,
    })
  }
}
