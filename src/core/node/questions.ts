import type { Clock, SignalboxError } from '../contracts/index.js'
import type { Outcome, Receipt } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import { Deadlines } from './deadlines.js'
import { OpenByNumber } from './open-by-number.js'
import { type AskOptions, OpenQuestion } from './open-question.js'

/** The questions that were asked of one peer and not answered yet, by the numbers under which the peer knows them. */
export class Questions {
  readonly #open = new OpenByNumber<NumberedQuestion>()
  readonly #deadlines: Deadlines
  #last = 0

  /**
   * @param peer the name of its node
   * @param patience milliseconds that a question waits unless it says otherwise
   * @param abandoned is told when an asker stops waiting, so that the answerer may stop too
   */
  constructor(
    clock: Clock,
    readonly peer: string,
    private readonly patience: number,
    private readonly abandoned: (number: number) => void,
  ) {
    this.#deadlines = new Deadlines(clock)
  }

  /**
   * Opens a question to whoever a lane with `label` is for. Its answer rejects with `TIMEOUT` or `ABORTED` when nobody answers in time.
   */
  open(
    contract: LocalContract,
    label: string,
    { timeout = this.patience, signal }: AskOptions,
  ): NumberedQuestion {
    const question = new NumberedQuestion(++this.#last, contract, label, this.#deadlines, this)
    this.#open.add(question)
    question.wait(timeout, signal)
    return question
  }

  /** A question that gets its answer now, and is open no longer; undefined when nobody waits for it any more. */
  take(number: number): NumberedQuestion | undefined {
    return this.#open.take(number)
  }

  /** Whoever asked no longer waits. */
  giveUp(number: number): void {
    if (this.#open.take(number) !== undefined) this.abandoned(number)
  }

  /** Nobody will answer any of them. */
  failAll(error: SignalboxError): void {
    for (const question of this.#open.takeAll()) question.fail(error)
    this.#deadlines.stop()
  }
}

/** A question with its number; it is also the receipt of the message that asks it. */
export class NumberedQuestion extends OpenQuestion implements Receipt {
  constructor(
    readonly number: number,
    contract: LocalContract,
    private readonly label: string,
    deadlines: Deadlines,
    private readonly questions: Questions,
  ) {
    super(contract, deadlines)
  }

  /** Where it did not arrive, that is its answer. */
  settle(outcome: Outcome): void {
    if (outcome.status !== 'accepted') this.questions.take(this.number)?.fail(outcome.error)
  }

  protected override get to(): string {
    return `${this.questions.peer} (${this.label})`
  }

  protected override abandoned(): void {
    this.questions.giveUp(this.number)
  }
}
