import type { SignalboxError } from '../contracts/index.js'
import type { Outcome, Receipt } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import { LateSignal, type Reply } from './reply.js'

/** Who sends the answers to a peer's questions. */
export interface QuestionOwner {
  answered(question: PeerQuestion, value: unknown): void
  failed(question: PeerQuestion, error: SignalboxError): void
  /** What became of its answer. */
  settled(question: PeerQuestion, outcome: Outcome): void
}

/** A question that a peer asked here: one object is what the handler answers, and the receipt of the answer. */
export class PeerQuestion extends LateSignal implements Reply, Receipt {
  /** @param number under which the peer knows it */
  constructor(
    readonly number: number,
    readonly contract: LocalContract,
    private readonly owner: QuestionOwner,
  ) {
    super()
  }

  answer(value: unknown): void {
    this.owner.answered(this, value)
  }

  fail(error: SignalboxError): void {
    this.owner.failed(this, error)
  }

  settle(outcome: Outcome): void {
    this.owner.settled(this, outcome)
  }
}
