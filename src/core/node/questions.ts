import type { Clock, SignalboxError } from '../contracts/index.js'
import type { LocalContract } from './contract-table.js'
import { Deadlines } from './deadlines.js'
import { type AskOptions, OpenQuestion } from './open-question.js'

/** A question that was asked of a peer and not answered yet. */
export interface Question {
  readonly id: number
  readonly answer: Promise<unknown>
}

/** The questions that were asked of one peer and not answered yet, by the numbers under which the peer knows them. */
export class Questions {
  readonly #open = new Map<number, NumberedQuestion>()
  readonly #deadlines: Deadlines
  #last = 0

  /** @param patience milliseconds that a question waits unless it says otherwise */
  constructor(
    clock: Clock,
    private readonly patience: number,
  ) {
    this.#deadlines = new Deadlines(clock)
  }

  /**
   * Opens a question. Its answer rejects with `TIMEOUT` or `ABORTED` when nobody answers in time.
   * @param abandoned is told when the asker stops waiting, so that the answerer may stop too
   */
  open(
    contract: LocalContract,
    to: string,
    { timeout = this.patience, signal }: AskOptions,
    abandoned: (id: number) => void,
  ): Question {
    const id = ++this.#last
    const question = new NumberedQuestion(contract, to, this.#deadlines, () => {
      if (this.#open.delete(id)) abandoned(id)
    })
    this.#open.set(id, question)
    question.wait(timeout, signal)
    return { id, answer: question.answered }
  }

  /** The contract of an open question; undefined when nobody waits for it any more. */
  contractOf(id: number): LocalContract | undefined {
    return this.#open.get(id)?.contract
  }

  answer(id: number, value: unknown): void {
    this.#take(id)?.answer(value)
  }

  fail(id: number, error: unknown): void {
    this.#take(id)?.fail(error)
  }

  /** Nobody will answer any of them. */
  failAll(error: SignalboxError): void {
    for (const id of [...this.#open.keys()]) this.fail(id, error)
    this.#deadlines.stop()
  }

  #take(id: number): NumberedQuestion | undefined {
    const question = this.#open.get(id)
    this.#open.delete(id)
    return question
  }
}

class NumberedQuestion extends OpenQuestion {
  constructor(
    contract: LocalContract,
    to: string,
    deadlines: Deadlines,
    protected readonly abandoned: () => void,
  ) {
    super(contract, to, deadlines)
  }
}
