import { SignalboxError } from '../contracts/index.js'
import type { LocalContract } from './contract-table.js'
import type { Deadlines, Waiter } from './deadlines.js'

/** How long a question waits, and who may take it back. */
export interface AskOptions {
  /** Milliseconds. @default the node's, 5000 */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** A question that was asked: its answer is what comes first of an answer, a failure, its deadline and the asker's abort. */
export abstract class OpenQuestion implements Waiter {
  deadline = 0
  previous: Waiter | undefined = undefined
  next: Waiter | undefined = undefined
  /** Rejects with `TIMEOUT` or `ABORTED` when nobody answers in time. */
  readonly answered: Promise<unknown>
  #resolve: (value: unknown) => void = unsettled
  #reject: (error: unknown) => void = unsettled
  #open = true
  #timeout = 0
  /** Stops listening to the asker's signal. */
  #deafen: (() => void) | undefined

  constructor(
    readonly contract: LocalContract,
    private readonly deadlines: Deadlines,
  ) {
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Whether somebody waits for the answer. */
  get open(): boolean {
    return this.#open
  }

  /** Bounds the wait. */
  wait(timeout: number, signal: AbortSignal | undefined): void {
    this.#timeout = timeout
    this.deadlines.add(this, timeout)
    if (signal !== undefined) this.#listen(signal)
  }

  /** The answer; nothing that comes later counts. */
  answer(value: unknown): void {
    if (this.#close()) this.#resolve(value)
  }

  /** It will not be answered; nothing that comes later counts. */
  fail(error: unknown): void {
    if (this.#close()) this.#reject(error)
  }

  expire(): void {
    const why = `${this.to} did not answer ${this.contract.key} within ${this.#timeout} ms`
    this.#giveUp(new SignalboxError('TIMEOUT', why))
  }

  /** Whom it is for, for people. */
  protected abstract get to(): string

  /** Tells whoever answers that nobody waits any more. */
  protected abstract abandoned(): void

  #giveUp(why: SignalboxError): void {
    if (!this.#close()) return
    this.#reject(why)
    this.abandoned()
  }

  #close(): boolean {
    if (!this.#open) return false
    this.#open = false
    this.deadlines.remove(this)
    this.#deafen?.()
    return true
  }

  #listen(signal: AbortSignal): void {
    const onAbort = () => {
      const why = `the question ${this.contract.key} to ${this.to} was taken back`
      this.#giveUp(new SignalboxError('ABORTED', why, { cause: signal.reason }))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    this.#deafen = () => signal.removeEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  }
}

function unsettled(): void {}
