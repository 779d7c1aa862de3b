import { MessageChannel, MessagePort } from 'node:worker_threads'
import {
  type Address,
  type EndPair,
  type Expectation,
  type Introducer,
  type IntroductionOptions,
  SignalboxError,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { IntroductionPort, type Plea } from './introduction-port.js'

/** Who expects ends at an address: somebody in this thread, or in one that was started here. */
type Expecting = { readonly arrived: (end: unknown) => void } | IntroductionPort

/**
 * Introduces threads of one process. Each knows the thread that started it and those that it started: an end finds
 * its way along this tree, so that siblings meet through their parent, and what flows between them flows directly.
 */
export class ThreadIntroducer implements Introducer {
  readonly #expecting = new Map<string, Expecting>()
  readonly #parent: IntroductionPort | undefined

  /** @param parent the line to the thread that started this one; see {@link lineToNewThread} */
  constructor(parent?: MessagePort) {
    this.#parent = parent && this.#lineOver(parent)
  }

  /** A new line, whose end is to be given to a thread that this one starts. */
  lineToNewThread(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.#lineOver(port1)
    return port2
  }

  async expect({ href }: Address, arrived: (end: unknown) => void): Promise<Expectation> {
    await this.#claim(href, { arrived })
    // Who can be reached from other threads is there for them.
    this.#parent?.hold()
    let open = true
    return {
      close: () => {
        if (!open) return
        open = false
        this.#free(href)
        this.#parent?.release()
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
    const [ours, theirs] = pair().map(portOf)
    if (ours === undefined || theirs === undefined) throw notPorts()
    try {
      await this.#handOver(href, theirs)
      throwIfAborted(what, signal)
      return ours
    } catch (error) {
      ours.close()
      throw error
    }
  }

  #lineOver(port: MessagePort): IntroductionPort {
    const line: IntroductionPort = new IntroductionPort(port, {
      grant: plea => this.#grant(plea, line),
      freed: href => {
        if (this.#expecting.get(href) === line) this.#free(href)
      },
      gone: () => {
        for (const [href, expecting] of this.#expecting) if (expecting === line) this.#free(href)
      },
    })
    return line
  }

  #grant(plea: Plea, from: IntroductionPort): Promise<void> {
    return 'claim' in plea ? this.#claim(plea.claim, from) : this.#handOver(plea.introduce, plea.end, from)
  }

  /** Names are reserved up to the root, so that no two threads have the same. */
  async #claim(href: string, by: Expecting): Promise<void> {
    if (this.#expecting.has(href)) {
      const why = 'a thread of this process listens there already; close that listener or choose another name'
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

  async #handOver(href: string, end: MessagePort, from?: IntroductionPort): Promise<void> {
    await undefined // what arrives never interrupts who expects it
    const expecting = this.#expecting.get(href) ?? (from === this.#parent ? undefined : this.#parent)
    if (expecting instanceof IntroductionPort) return expecting.ask({ introduce: href, end })
    if (expecting !== undefined) return expecting.arrived(end)
    end.close()
    throw new SignalboxError(
      'NO_LISTENER',
      `${href}: no thread that is known here listens there; start it as a worker node, or use a transport that reaches further`,
    )
  }
}

function portOf(end: unknown): MessagePort | undefined {
  return end instanceof MessagePort ? end : undefined
}

function notPorts(): SignalboxError {
  const why = 'threads hand over message ports only, and this mechanism has other ends'
  return new SignalboxError('TRANSPORT_UNAVAILABLE', why)
}
