import type { Clock, SignalboxError } from '../contracts/index.js'
import type { Outcome, Receipt } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import { Deadlines } from './deadlines.js'
import { type AskOptions, OpenQuestion } from './open-question.js'

/** The questions that were asked of one peer and not answered yet, by the numbers under which the peer knows them. */
export class Questions {
  readonly #open = new Map<number, NumberedQuestion>()
  readonly #deadlines: Deadlines
  #last = 0

  /**
   * @param patience milliseconds that a question waits unless it says otherwise
   * @param abandoned is told when an asker stops waiting, so that the answerer may stop too
   */
  constructor(
    clock: Clock,
    private readonly patience: number,
    private readonly abandoned: (id: number) => void,
  ) {
    this.#deadlines = new Deadlines(clock)
  }

  /** Opens a question. Its answer rejects with `TIMEOUT` or `ABORTED` when nobody answers in time. */
  open(
    contract: LocalContract,
    to: string,
    { timeout = this.patience, signal }: AskOptions,
  ): NumberedQuestion {
    const question = new NumberedQuestion(++this.#last, contract, to, this.#deadlines, this)
    this.#open.set(question.id, question)
    question.wait(timeout, signal)
    return question
  }

  /** A question that gets its answer now, and is open no longer; undefined when nobody waits for it any more. */
  take(id: number): NumberedQuestion | undefined {
    const question = this.#open.get(id)
    if (question !== undefined) this.#open.delete(id)
    return question
  }

  /** Whoever asked no longer waits. */
  giveUp(id: number): void {
    if (this.#open.delete(id)) this.abandoned(id)
  }

  /** Nobody will answer any of them. */
  failAll(error: SignalboxError): void {
    for (const id of [...this.#open.keys()]) this.take(id)?.fail(error)
    this.#deadlines.stop()
  }
}

/** A question with its number; it is also the receipt of the message that asks it. */
export class NumberedQuestion extends OpenQuestion implements Receipt {
  constructor(
    readonly id: number,
    contract: LocalContract,
    to: string,
    deadlines: Deadlines,
    private readonly questions: Questions,
  ) {
    super(contract, to, deadlines)
  }

  /** Where it did not arrive, that is its answer. */
  settle(outcome: Outcome): void {
    if (outcome.status !== 'accepted') this.questions.take(this.id)?.fail(outcome.error)
  }

  protected override abandoned(): void {
    this.questions.giveUp(this.id)
  }
}
