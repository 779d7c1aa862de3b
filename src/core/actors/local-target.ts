import { SignalboxError } from '../contracts/index.js'
import type { LocalContract } from '../node/contract-table.js'
import type { Deadlines } from '../node/deadlines.js'
import { freeze } from '../node/freeze.js'
import type { AskOptions } from '../node/open-question.js'
import type { Reply } from '../node/reply.js'
import { formatActorPath } from './actor-path.js'
import { LocalQuestion } from './local-question.js'
import type { Target } from './target.js'

/** A running actor. */
export interface Living {
  /** Takes a message now; false when there is no room. @throws SignalboxError `CONTRACT_UNHANDLED` */
  offer(contract: LocalContract, value: unknown): boolean
  /** Resolves when the mailbox has room again, or takes nothing any more. */
  mailboxRoom(): Promise<void>
  /**
   * Takes a message or, with a reply, a question: now, or when the promise resolves.
   * @throws SignalboxError why it is refused
   */
  put(contract: LocalContract, value: unknown, reply: Reply | undefined): void | Promise<void>
}

/** What local targets share. */
export interface LocalSurroundings {
  readonly node: string
  /** Of what actors of this process ask each other. */
  readonly deadlines: Deadlines
  /** Milliseconds that a question waits unless it says otherwise. */
  readonly patience: number
  /** Whether values are frozen on their way, so that a receiver that changes them is found out early. */
  readonly freeze: boolean
  /** @throws SignalboxError `ACTOR_UNKNOWN` */
  find(name: string): Living
  /** A message that is not handled, and nobody waits to hear of it. */
  undeliverable(target: string, contract: LocalContract, value: unknown, why: SignalboxError): void
}

/** An actor in this process as others speak to it: messages are passed by reference. */
export abstract class LocalTarget<S extends LocalSurroundings = LocalSurroundings> implements Target {
  constructor(
    readonly name: string,
    protected readonly surroundings: S,
  ) {}

  get path(): string {
    return formatActorPath(this.surroundings.node, this.name)
  }

  tell(contract: LocalContract, value: unknown): boolean {
    if (this.surroundings.freeze) freeze(value)
    try {
      return this.living().offer(contract, value)
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error
      this.surroundings.undeliverable(this.path, contract, value, error)
      return true // its outcome is known, and trying again would not change it
    }
  }

  room(): Promise<void> {
    try {
      return this.living().mailboxRoom()
    } catch {
      return Promise.resolve() // where nobody is, a tell is taken: it is a dead letter
    }
  }

  async send(contract: LocalContract, value: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) {
      const why = `${contract.key} to ${this.name} was taken back before it was sent`
      throw new SignalboxError('ABORTED', why, { cause: signal.reason })
    }
    if (this.surroundings.freeze) freeze(value)
    await this.living().put(contract, value, undefined)
  }

  ask(contract: LocalContract, value: unknown, { timeout, signal }: AskOptions): Promise<unknown> {
    const { deadlines, patience, freeze: frozen } = this.surroundings
    const question = new LocalQuestion(contract, this.name, deadlines, frozen)
    question.wait(timeout ?? patience, signal)
    if (!question.open) return question.answered
    try {
      if (frozen) freeze(value)
      this.living()
        .put(contract, value, question)
        ?.catch((error: unknown) => question.fail(error))
    } catch (error) {
      question.fail(error)
    }
    return question.answered
  }

  /** The actor that has the name now. @throws SignalboxError `ACTOR_UNKNOWN` */
  protected abstract living(): Living
}

/** An actor that did not run when the reference to it was made. */
export class AbsentTarget extends LocalTarget {
  protected override living(): Living {
    return this.surroundings.find(this.name)
  }
}
