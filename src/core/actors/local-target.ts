import { SignalboxError } from '../contracts/index.js'
import type { LocalContract } from '../node/contract-table.js'
import type { AskOptions, Questions } from '../node/questions.js'
import type { ActorCell } from './actor-cell.js'
import { freeze } from './freeze.js'
import type { Target } from './target.js'

/** What local targets share. */
export interface LocalSurroundings {
  /** Those that actors of this process ask each other. */
  readonly questions: Questions
  /** Whether values are frozen on their way, so that a receiver that changes them is found out early. */
  readonly freeze: boolean
  find(name: string): ActorCell
  /** A message that was not taken, and nobody waits to hear of it. */
  undeliverable(contract: LocalContract, value: unknown, why: SignalboxError): void
}

/** An actor in this process: messages are passed by reference. */
export class LocalTarget implements Target {
  #cell: ActorCell | undefined

  constructor(
    private readonly name: string,
    private readonly surroundings: LocalSurroundings,
  ) {}

  tell(contract: LocalContract, value: unknown): boolean {
    try {
      return this.#living().offer(contract, this.#pass(value))
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error
      this.surroundings.undeliverable(contract, value, error)
      return true // its outcome is known, and trying again would not change it
    }
  }

  async send(contract: LocalContract, value: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted)
      throw new SignalboxError('ABORTED', 'aborted by the caller before it was sent', {
        cause: signal.reason,
      })
    await this.#living().tell(contract, this.#pass(value))
  }

  async ask(contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown> {
    const cell = this.#living()
    const abort = new AbortController()
    const { questions } = this.surroundings
    const { id, answer } = questions.open(contract, this.name, options, () =>
      abort.abort(new SignalboxError('ABORTED', 'the asker no longer waits for the answer')),
    )
    try {
      const accepted = cell.ask(contract, this.#pass(value), {
        signal: abort.signal,
        answer: result => questions.answer(id, this.#pass(result)),
        fail: error => questions.fail(id, error),
      })
      accepted?.catch((error: unknown) => questions.fail(id, error))
    } catch (error) {
      questions.fail(id, error)
    }
    return answer
  }

  #living(): ActorCell {
    if (this.#cell === undefined || this.#cell.stopped) this.#cell = this.surroundings.find(this.name)
    return this.#cell
  }

  #pass(value: unknown): unknown {
    return this.surroundings.freeze ? freeze(value) : value
  }
}
