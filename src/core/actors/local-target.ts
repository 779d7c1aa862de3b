import { SignalboxError } from '../contracts/index.js'
import type { LocalContract } from '../node/contract-table.js'
import { freeze } from '../node/freeze.js'
import type { AskOptions, Questions } from '../node/questions.js'
import { LateSignal, type Reply } from '../node/reply.js'
import type { ActorCell } from './actor-cell.js'
import type { Target } from './target.js'

/** What local targets share. */
export interface LocalSurroundings {
  /** Those that actors of this process ask each other. */
  readonly questions: Questions
  /** Whether values are frozen on their way, so that a receiver that changes them is found out early. */
  readonly freeze: boolean
  /** @throws SignalboxError `ACTOR_UNKNOWN` */
  find(name: string): ActorCell
  /** A message that was not taken, and nobody waits to hear of it. */
  undeliverable(actor: string, contract: LocalContract, value: unknown, why: SignalboxError): void
}

/** An actor in this process: messages are passed by reference. */
export class LocalTarget implements Target {
  #cell: ActorCell | undefined

  constructor(
    private readonly name: string,
    private readonly surroundings: LocalSurroundings,
  ) {}

  tell(contract: LocalContract, value: unknown): boolean {
    if (this.surroundings.freeze) freeze(value)
    try {
      return this.#living().offer(contract, value)
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error
      this.surroundings.undeliverable(this.name, contract, value, error)
      return true // its outcome is known, and trying again would not change it
    }
  }

  async send(contract: LocalContract, value: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) {
      const why = `${contract.key} to ${this.name} was taken back before it was sent`
      throw new SignalboxError('ABORTED', why, { cause: signal.reason })
    }
    if (this.surroundings.freeze) freeze(value)
    await this.#living().tell(contract, value)
  }

  ask(contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown> {
    const { questions } = this.surroundings
    const asker = new LateSignal()
    const { id, answer } = questions.open(contract, this.name, options, () =>
      asker.abort(new SignalboxError('ABORTED', 'the asker no longer waits for the answer')),
    )
    try {
      if (this.surroundings.freeze) freeze(value)
      const reply = new LocalReply(id, asker, this.surroundings)
      const accepted = this.#living().ask(contract, value, reply)
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
}

/** The answer to a question that was asked in this process. */
class LocalReply implements Reply {
  constructor(
    private readonly question: number,
    private readonly asker: LateSignal,
    private readonly surroundings: LocalSurroundings,
  ) {}

  get signal(): AbortSignal {
    return this.asker.signal
  }

  answer(value: unknown): void {
    this.surroundings.questions.answer(this.question, this.surroundings.freeze ? freeze(value) : value)
  }

  fail(error: SignalboxError): void {
    this.surroundings.questions.fail(this.question, error)
  }
}
