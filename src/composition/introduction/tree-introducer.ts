import {
  type Address,
  type EndPair,
  type Expectation,
  type Introducer,
  type IntroductionOptions,
  SignalboxError,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { IntroductionLine, type Plea } from './introduction-line.js'
import type { WordChannel } from './word-channel.js'

/** What a tree is made of, and what its members hand to each other. */
export interface Kin<End> {
  /** How messages call a member: `thread`. */
  readonly member: string
  /** How messages call all of them together: `this process`. */
  readonly whole: string
  /** How a program is started so that it is one of them, in messages: `start it as a worker node`. */
  readonly start: string
  /** `end` as one that they can hand over; undefined for ends of other mechanisms. */
  endOf(end: unknown): End | undefined
  /** Closes an end that nobody takes. */
  close(end: End): void
}

/** Who expects ends at an address: somebody here, or somewhere below a member that was started from here. */
type Expecting<End> = { readonly arrived: (end: unknown) => void } | IntroductionLine<End>

/**
 * Introduces threads, or processes, that started each other. Each knows the one that started it and those that it
 * started: an end finds its way along this tree, so that siblings meet through their parent, and what flows between
 * them flows directly.
 */
export class TreeIntroducer<End> implements Introducer {
  readonly #expecting = new Map<string, Expecting<End>>()
  #parent: IntroductionLine<End> | undefined

  /** @param parent the line to the one that started this one */
  constructor(
    private readonly kin: Kin<End>,
    parent?: WordChannel<End>,
  ) {
    this.#parent = parent && this.lineOver(parent)
  }

  /** Begins to introduce the member at the other end, which was started from here. */
  lineOver(channel: WordChannel<End>): IntroductionLine<End> {
    const line: IntroductionLine<End> = new IntroductionLine(channel, {
      grant: plea => this.#grant(plea, line),
      freed: href => {
        if (this.#expecting.get(href) === line) this.#free(href)
      },
      gone: () => {
        if (line === this.#parent) this.#parent = undefined
        for (const [href, expecting] of this.#expecting) if (expecting === line) this.#free(href)
      },
    })
    return line
  }

  async expect({ href }: Address, arrived: (end: unknown) => void): Promise<Expectation> {
    await this.#claim(href, { arrived })
    // Who can be reached from elsewhere is there for them.
    const parent = this.#parent
    parent?.hold()
    let open = true
    return {
      close: () => {
        if (!open) return
        open = false
        this.#free(href)
        parent?.release()
      },
    }
  }

  async introduce(
    { href }: Address,
    pair: () => EndPair<unknown>,
    { signal }: IntroductionOptions = {},
  ): Promise<unknown> {
    const what = `connect to ${href}`
    throwIfAborted(what, signal)
    if (this.#wayTo(href) === undefined) throw this.#unknown(href)
    const [ours, theirs] = pair().map(end => this.kin.endOf(end))
    if (ours === undefined || theirs === undefined) throw this.#foreign()
    try {
      await this.#handOver(href, theirs)
      throwIfAborted(what, signal)
      return ours
    } catch (error) {
      this.kin.close(ours)
      throw error
    }
  }

  #grant(plea: Plea<End>, from: IntroductionLine<End>): Promise<void> {
    return 'claim' in plea ? this.#claim(plea.claim, from) : this.#handOver(plea.introduce, plea.end, from)
  }

  /** Names are reserved up to the root, so that no two members have the same. */
  async #claim(href: string, by: Expecting<End>): Promise<void> {
    if (this.#expecting.has(href)) {
      const { member, whole } = this.kin
      const why = `a ${member} of ${whole} listens there already; close that listener or choose another name`
      throw new SignalboxError('ADDRESS_IN_USE', `${href}: ${why}`)
    }
    this.#expecting.set(href, by)
    try {
      await this.#parent?.ask({ claim: href })
    } catch (error) {
      this.#expecting.delete(href)
      throw error
    }
  }

  #free(href: string): void {
    this.#expecting.delete(href)
    this.#parent?.free(href)
  }

  async #handOver(href: string, end: End, from?: IntroductionLine<End>): Promise<void> {
    await undefined // what arrives never interrupts who expects it
    const way = this.#wayTo(href, from)
    if (way instanceof IntroductionLine) return way.ask({ introduce: href, end })
    if (way !== undefined) return way.arrived(end)
    this.kin.close(end)
    throw this.#unknown(href)
  }

  #wayTo(href: string, from?: IntroductionLine<End>): Expecting<End> | undefined {
    return this.#expecting.get(href) ?? (from === this.#parent ? undefined : this.#parent)
  }

  #unknown(href: string): SignalboxError {
    const { member, start } = this.kin
    const why = `no ${member} that is known here listens there; ${start}, or use a transport that reaches further`
    return new SignalboxError('NO_LISTENER', `${href}: ${why}`)
  }

  #foreign(): SignalboxError {
    const why = `a ${this.kin.member} hands over no ends of this mechanism`
    return new SignalboxError('TRANSPORT_UNAVAILABLE', why)
  }
}
