import { isSignalboxError, reasonOf, SignalboxError } from '../contracts/index.js'
import { type OutboundLane, type Outcome, violation } from '../link/index.js'
import { encodeDeclaringHead, encodeFailure } from './answer-message.js'
import type { LocalContract } from './contract-table.js'
import { OpenByNumber } from './open-by-number.js'
import { PeerQuestion, type QuestionOwner } from './peer-question.js'
import type { Recipient } from './recipient.js'
import type { SpokenContracts } from './spoken-contracts.js'

const NOTHING = new Uint8Array()
/** Questions that are remembered for having been given up before they came (I12). */
const GIVEN_UP = 1024

/** The questions of one peer that are being answered here. */
export class Answering implements QuestionOwner {
  readonly #open = new OpenByNumber<PeerQuestion>()
  /** Given up, and not here yet, or answered already: a question goes another lane than what takes it back. */
  readonly #givenUp = new Set<number>()

  /** @param replies the lane of answers, or undefined when the session is over */
  constructor(
    private readonly peer: string,
    private readonly spoken: SpokenContracts,
    private readonly replies: () => OutboundLane | undefined,
  ) {}

  /**
   * Hands a question over.
   * @throws SignalboxError what the recipient throws; `CONTRACT_UNHANDLED`, `PROTOCOL_VIOLATION`; `ABORTED` when
   * nobody waits for the answer any more
   */
  deliver(
    recipient: Recipient,
    contract: LocalContract,
    value: unknown,
    question: number,
  ): void | Promise<void> {
    if (contract.schemas.output === undefined)
      throw new SignalboxError('CONTRACT_UNHANDLED', `${contract.key} has no answer`)
    if (this.#open.get(question) !== undefined) throw violation(`question ${question} is asked a second time`)
    if (this.#givenUp.size > 0 && this.#givenUp.delete(question)) throw this.#noLongerWaits()
    const asked = new PeerQuestion(question, contract, this)
    this.#open.add(asked)
    try {
      const accepted = recipient.ask(contract, value, asked)
      return accepted?.catch((error: unknown) => {
        this.#open.take(question) // the refusal of the question is its answer
        throw error
      })
    } catch (error) {
      this.#open.take(question)
      throw error
    }
  }

  /** The peer no longer waits for an answer. */
  abandoned(question: number): void {
    const asker = this.#open.get(question)
    if (asker === undefined) this.#giveUp(question)
    else asker.abort(this.#noLongerWaits())
  }

  /** Nobody waits for any of the answers. */
  ended(why: SignalboxError): void {
    for (const asker of this.#open.takeAll()) asker.abort(why)
  }

  #giveUp(question: number): void {
    this.#givenUp.add(question)
    for (const oldest of this.#givenUp) {
      if (this.#givenUp.size <= GIVEN_UP) break
      this.#givenUp.delete(oldest)
    }
  }

  #noLongerWaits(): SignalboxError {
    return new SignalboxError('ABORTED', `${this.peer} no longer waits for the answer`)
  }

  answered(question: PeerQuestion, value: unknown): void {
    if (this.#open.take(question.number) === undefined) return
    try {
      this.#answer(question, value)
    } catch (error) {
      const why = isSignalboxError(error)
        ? error
        : new SignalboxError('HANDLER_FAILED', reasonOf(error), { cause: error })
      this.#fail(question, why)
    }
  }

  failed(question: PeerQuestion, error: SignalboxError): void {
    if (this.#open.take(question.number) !== undefined) this.#fail(question, error)
  }

  settled(question: PeerQuestion, outcome: Outcome): void {
    if (outcome.status !== 'rejected') return
    const { error } = outcome
    if (error.code === 'FRAME_TOO_LARGE' || error.code === 'OVERFLOW') this.#fail(question, error)
  }

  #answer(question: PeerQuestion, value: unknown): void {
    const { number, contract } = question
    const spoken = this.spoken.of(contract)
    const replies = this.replies()
    if (spoken.known === undefined)
      replies?.postValue(encodeDeclaringHead(number, contract), spoken.output, value, question)
    else replies?.postValue(NOTHING, spoken.answers, { question: number, value }, question)
  }

  #fail({ number }: PeerQuestion, error: SignalboxError): void {
    // Where it cannot be told, the session is over, which fails the question there, or the peer takes no answers.
    this.replies()
      ?.send(encodeFailure(number, error), NOTHING)
      .catch(() => {})
  }
}
