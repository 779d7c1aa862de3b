import { SignalboxError } from '../contracts/index.js'
import type { LocalContract } from '../node/contract-table.js'
import type { Deadlines } from '../node/deadlines.js'
import { freeze } from '../node/freeze.js'
import { OpenQuestion } from '../node/open-question.js'
import { LateSignal, type Reply } from '../node/reply.js'

/** A question between two actors of this process: it is handed over as it is, and answered by who handles it. */
export class LocalQuestion extends OpenQuestion implements Reply {
  readonly #asker = new LateSignal()

  /**
   * @param to the name of the actor
   * @param frozen whether the answer is frozen on its way
   */
  constructor(
    contract: LocalContract,
    protected readonly to: string,
    deadlines: Deadlines,
    private readonly frozen: boolean,
  ) {
    super(contract, deadlines)
  }

  get signal(): AbortSignal {
    return this.#asker.signal
  }

  get givenUp(): SignalboxError | undefined {
    return this.#asker.givenUp
  }

  override answer(value: unknown): void {
    super.answer(this.frozen ? freeze(value) : value)
  }

  protected override abandoned(): void {
    this.#asker.abort(new SignalboxError('ABORTED', 'the asker no longer waits for the answer'))
  }
}
