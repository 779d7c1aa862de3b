import type { OpenBody } from './peer-body.js'
import { StartedPeer } from './started-peer.js'
import type { TransportSource } from './transport-source.js'

/**
 * The second processes, or threads, of a suite. Starting one costs more than most cases: one is shared, and from the first case
 * that wanted one of its own, the next is started ahead.
 */
export class Peers implements AsyncDisposable {
  readonly #started: StartedPeer[] = []
  #shared: StartedPeer | undefined
  #next: Promise<StartedPeer> | undefined

  constructor(
    private readonly source: TransportSource,
    private readonly runtimeFolder: string,
    /** What they live in. */
    private readonly body: OpenBody,
  ) {}

  /** The process that cases share. One that ended is replaced: its failure belonged to an earlier case. */
  async shared(): Promise<StartedPeer> {
    if (this.#shared?.alive !== true) this.#shared = await this.#start()
    return this.#shared
  }

  /** A new process, which the caller may end; at the latest it ends with the suite. */
  async start(): Promise<StartedPeer> {
    const peer = await (this.#next ?? this.#start())
    this.#next = this.#start()
    this.#next.catch(() => {}) // whoever wants it hears why it could not start
    return peer
  }

  /** Resolves when nothing is being started any more: a thread opens files of this process meanwhile. */
  async settled(): Promise<void> {
    await this.#next?.catch(() => {})
  }

  /** A process in any case, also where the others are threads. */
  async startProcess(): Promise<StartedPeer> {
    return this.#keep(await StartedPeer.start(this.source, this.runtimeFolder))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled()
    await Promise.all(this.#started.map(peer => peer.kill()))
  }

  async #start(): Promise<StartedPeer> {
    return this.#keep(await StartedPeer.start(this.source, this.runtimeFolder, this.body))
  }

  #keep(peer: StartedPeer): StartedPeer {
    this.#started.push(peer)
    return peer
  }
}
