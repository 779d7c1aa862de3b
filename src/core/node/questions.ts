import { type Clock, SignalboxError } from '../contracts/index.js'
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
  readonly contract: LocalContract
  readonly answer: Promise<unknown>
}

interface Pending {
  readonly contract: LocalContract
  settle(settle: () => void): void
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** The questions that were asked by one side and not answered yet. */
export class Questions {
  readonly #pending = new Map<number, Pending>()
  #last = 0

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
    const answer = new Promise<unknown>((resolve, reject) => {
      const giveUp = (error: SignalboxError) => {
        if (!this.#pending.has(id)) return
        this.fail(id, error)
        abandoned(id)
      }
      const timer = this.clock.after(timeout, () =>
        giveUp(new SignalboxError('TIMEOUT', `${to} did not answer ${contract.key} within ${timeout} ms`)),
      )
      const onAbort = () =>
        giveUp(
          new SignalboxError('ABORTED', `the question ${contract.key} to ${to} was taken back`, {
            cause: signal?.reason,
          }),
        )
      signal?.addEventListener('abort', onAbort, { once: true })
      const settle = (run: () => void) => {
        this.#pending.delete(id)
        timer.cancel()
        signal?.removeEventListener('abort', onAbort)
        run()
      }
      this.#pending.set(id, { contract, settle, resolve, reject })
      if (signal?.aborted) onAbort()
    })
    return { id, contract, answer }
  }

  /** The contract of an open question; undefined when nobody waits for it any more. */
  contractOf(id: number): LocalContract | undefined {
    return this.#pending.get(id)?.contract
  }

  answer(id: number, value: unknown): void {
    const pending = this.#pending.get(id)
    pending?.settle(() => pending.resolve(value))
  }

  fail(id: number, error: unknown): void {
    const pending = this.#pending.get(id)
    pending?.settle(() => pending.reject(error))
  }

  /** The session has ended: nobody will answer any of them. */
  failAll(error: SignalboxError): void {
    for (const id of [...this.#pending.keys()]) this.fail(id, error)
  }
}
