import type { MessagePort } from 'node:worker_threads'
import { type ErrorCode, isSignalboxError, reasonOf, SignalboxError } from '../../core/contracts/index.js'

/** What one thread asks another one: to reserve an address for it, or to hand an end to who expects it there. */
export type Plea = { readonly claim: string } | { readonly introduce: string; readonly end: MessagePort }

/** What travels between two threads that introduce others to each other. */
type Word =
  | { readonly plea: Plea; readonly number: number }
  | { readonly answer: number; readonly refused?: { readonly code: ErrorCode; readonly why: string } }
  | { readonly free: string }

/** What a thread does for the one at the other end. */
export interface IntroductionHost {
  /** @throws SignalboxError why not */
  grant(plea: Plea): Promise<void>
  /** The other thread expects nothing at that address any more. */
  freed(address: string): void
  /** The other thread has ended. */
  gone(): void
}

interface Pending {
  readonly granted: () => void
  readonly refused: (error: SignalboxError) => void
}

/**
 * The line between a thread and the one that started it, over which they introduce. It keeps its thread alive while it
 * is held, or while an answer is awaited.
 */
export class IntroductionPort {
  readonly #pending = new Map<number, Pending>()
  #last = 0
  #holds = 0

  constructor(
    private readonly port: MessagePort,
    private readonly host: IntroductionHost,
  ) {
    port.on('message', word => this.#hear(word as Word))
    port.on('close', () => this.#gone())
    port.unref()
  }

  /** Resolves when the other thread has done it. @throws SignalboxError why it did not; `NO_LISTENER` when it ended */
  async ask(plea: Plea): Promise<void> {
    this.hold()
    try {
      await new Promise<void>((granted, refused) => {
        const number = ++this.#last
        this.#pending.set(number, { granted, refused })
        this.#say({ plea, number }, 'end' in plea ? [plea.end] : [])
      })
    } finally {
      this.release()
    }
  }

  free(address: string): void {
    this.#say({ free: address })
  }

  hold(): void {
    if (this.#holds++ === 0) this.port.ref()
  }

  release(): void {
    if (--this.#holds === 0) this.port.unref()
  }

  #hear(word: Word): void {
    if ('plea' in word) void this.#grant(word.plea, word.number)
    else if ('free' in word) this.host.freed(word.free)
    else {
      const pending = this.#pending.get(word.answer)
      this.#pending.delete(word.answer)
      if (word.refused === undefined) pending?.granted()
      else pending?.refused(new SignalboxError(word.refused.code, word.refused.why))
    }
  }

  async #grant(plea: Plea, answer: number): Promise<void> {
    try {
      await this.host.grant(plea)
      this.#say({ answer })
    } catch (error) {
      const code = isSignalboxError(error) ? error.code : 'SYSTEM'
      this.#say({ answer, refused: { code, why: reasonOf(error) } })
    }
  }

  #gone(): void {
    const error = new SignalboxError('NO_LISTENER', 'the thread that was asked to introduce has ended')
    for (const { refused } of this.#pending.values()) refused(error)
    this.#pending.clear()
    this.host.gone()
  }

  #say(word: Word, transfer: readonly MessagePort[] = []): void {
    this.port.postMessage(word, transfer)
  }
}
