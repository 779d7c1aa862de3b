import { type ErrorCode, isSignalboxError, reasonOf, SignalboxError } from '../../core/contracts/index.js'
import type { WordChannel } from './word-channel.js'

/** What one member of a tree asks another one: to reserve an address for it, or to hand an end to who expects it there. */
export type Plea<End> = { readonly claim: string } | { readonly introduce: string; readonly end: End }

/** What travels between two members who introduce others to each other. An end travels beside its word. */
type Word =
  | { readonly plea: { readonly claim: string } | { readonly introduce: string }; readonly number: number }
  | { readonly answer: number; readonly refused?: { readonly code: ErrorCode; readonly why: string } }
  | { readonly free: string }

/** What a member does for the one at the other end. */
export interface IntroductionHost<End> {
  /** @throws SignalboxError why not */
  grant(plea: Plea<End>): Promise<void>
  /** The other one expects nothing at that address any more. */
  freed(address: string): void
  /** The other one has ended. */
  gone(): void
}

interface Pending {
  readonly granted: () => void
  readonly refused: (error: SignalboxError) => void
}

/**
 * The line between a member of a tree and the one that started it, over which they introduce. It keeps its member alive
 * while it is held, or while an answer is awaited.
 */
export class IntroductionLine<End> {
  readonly #pending = new Map<number, Pending>()
  #last = 0
  #holds = 0
  #over = false

  constructor(
    private readonly channel: WordChannel<End>,
    private readonly host: IntroductionHost<End>,
  ) {
    channel.hear(
      (word, end) => this.#hear(word as Word, end),
      () => this.#gone(),
    )
  }

  /** Resolves when the other one has done it. @throws SignalboxError why it did not; `NO_LISTENER` when it ended */
  async ask(plea: Plea<End>): Promise<void> {
    this.hold()
    try {
      await new Promise<void>((granted, refused) => {
        if (this.#over) throw ended()
        const number = ++this.#last
        this.#pending.set(number, { granted, refused })
        if ('claim' in plea) this.channel.say({ plea, number })
        else this.channel.say({ plea: { introduce: plea.introduce }, number }, plea.end)
      })
    } finally {
      this.release()
    }
  }

  free(address: string): void {
    if (!this.#over) this.channel.say({ free: address })
  }

  hold(): void {
    if (this.#holds++ === 0) this.channel.ref()
  }

  release(): void {
    if (--this.#holds === 0) this.channel.unref()
  }

  #hear(word: Word, end: End | undefined): void {
    if ('plea' in word) void this.#grant(word.plea, end, word.number)
    else if ('free' in word) this.host.freed(word.free)
    else {
      const pending = this.#pending.get(word.answer)
      this.#pending.delete(word.answer)
      if (word.refused === undefined) pending?.granted()
      else pending?.refused(new SignalboxError(word.refused.code, word.refused.why))
    }
  }

  async #grant(
    plea: { readonly claim: string } | { readonly introduce: string },
    end: End | undefined,
    answer: number,
  ): Promise<void> {
    const said = await this.#verdict(plea, end)
    if (!this.#over) this.channel.say({ answer, ...said })
  }

  async #verdict(
    plea: { readonly claim: string } | { readonly introduce: string },
    end: End | undefined,
  ): Promise<Pick<Extract<Word, { readonly answer: number }>, 'refused'>> {
    try {
      if ('claim' in plea) await this.host.grant(plea)
      else if (end === undefined) throw new SignalboxError('PROTOCOL_VIOLATION', 'nothing was handed over')
      else await this.host.grant({ introduce: plea.introduce, end })
      return {}
    } catch (error) {
      const code = isSignalboxError(error) ? error.code : 'SYSTEM'
      return { refused: { code, why: reasonOf(error) } }
    }
  }

  #gone(): void {
    this.#over = true
    for (const { refused } of this.#pending.values()) refused(ended())
    this.#pending.clear()
    this.host.gone()
  }
}

function ended(): SignalboxError {
  return new SignalboxError('NO_LISTENER', 'who was asked to introduce has ended')
}
