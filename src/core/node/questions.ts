import { type Clock, SignalboxError, type Timer } from '../contracts/index.js'
import type { LocalContract } from './contract-table.js'

/** How long a question waits, and who may take it back. */
export interface AskOptions {
  /** Milliseconds. @default the node's, 5000 */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** A question that was asked and not answered yet. */
export interface Question {
  readonly id: number
  readonly answer: Promise<unknown>
}

interface Pending {
  readonly contract: LocalContract
  readonly to: string
  readonly timeout: number
  /** When it is given up, by the clock. */
  readonly deadline: number
  /** Tells whoever answers that nobody waits any more. */
  readonly abandoned: (id: number) => void
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  /** Stops listening to the asker's signal. */
  deafen?: () => void
}

/** Milliseconds between two looks at the deadlines: a question is given up that much late at most. */
const GRAIN = 10

/** The questions that were asked by one side and not answered yet. */
export class Questions {
  readonly #pending = new Map<number, Pending>()
  #last = 0
  /** One timer serves all: one each would cost more than the rest of a question. */
  #timer: Timer | undefined
  #due = Number.POSITIVE_INFINITY

  /** @param patience milliseconds that a question waits unless it says otherwise */
  constructor(
    private readonly clock: Clock,
    private readonly patience: number,
  ) {}

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
    const deadline = this.clock.now() + timeout
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { contract, to, timeout, deadline, abandoned, resolve, reject })
    })
    if (deadline < this.#due) this.#lookAt(deadline)
    if (signal !== undefined) this.#listen(id, signal)
    return { id, answer }
  }

  /** The contract of an open question; undefined when nobody waits for it any more. */
  contractOf(id: number): LocalContract | undefined {
    return this.#pending.get(id)?.contract
  }

  answer(id: number, value: unknown): void {
    this.#take(id)?.resolve(value)
  }

  fail(id: number, error: unknown): void {
    this.#take(id)?.reject(error)
  }

  /** Nobody will answer any of them. */
  failAll(error: SignalboxError): void {
    for (const id of [...this.#pending.keys()]) this.fail(id, error)
    this.#timer?.cancel()
    this.#due = Number.POSITIVE_INFINITY
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    if (pending === undefined) return undefined
    this.#pending.delete(id)
    pending.deafen?.()
    return pending
  }

  #giveUp(id: number, error: SignalboxError): void {
    const pending = this.#take(id)
    if (pending === undefined) return
    pending.reject(error)
    pending.abandoned(id)
  }

  #listen(id: number, signal: AbortSignal): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    const onAbort = () => {
      const why = `the question ${pending.contract.key} to ${pending.to} was taken back`
      this.#giveUp(id, new SignalboxError('ABORTED', why, { cause: signal.reason }))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    pending.deafen = () => signal.removeEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  }

  #lookAt(due: number): void {
    this.#timer?.cancel()
    this.#due = due
    this.#timer = this.clock.after(Math.max(0, due - this.clock.now()), () => this.#look())
  }

  #look(): void {
    const now = this.clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const [id, { deadline, contract, to, timeout }] of this.#pending) {
      if (deadline > now) next = Math.min(next, deadline)
      else
        this.#giveUp(
          id,
          new SignalboxError('TIMEOUT', `${to} did not answer ${contract.key} within ${timeout} ms`),
        )
    }
    this.#due = Number.POSITIVE_INFINITY
    if (next < this.#due) this.#lookAt(Math.max(next, now + GRAIN))
  }
}
