import { PeerProcess } from './peer-process.js'
import type { TransportSource } from './transport-source.js'

/**
 * The second processes of a suite. Starting one costs more than most cases: one is shared, and from the first case
 * that wanted one of its own, the next is started ahead.
 */
export class Peers implements AsyncDisposable {
  readonly #started: PeerProcess[] = []
  #shared: PeerProcess | undefined
  #next: Promise<PeerProcess> | undefined

  constructor(
    private readonly source: TransportSource,
    private readonly runtimeFolder: string,
  ) {}

  /** The process that cases share. One that ended is replaced: its failure belonged to an earlier case. */
  async shared(): Promise<PeerProcess> {
    if (this.#shared?.alive !== true) this.#shared = await this.#start()
    return this.#shared
  }

  /** A new process, which the caller may end; at the latest it ends with the suite. */
  async start(): Promise<PeerProcess> {
    const peer = await (this.#next ?? this.#start())
    this.#next = this.#start()
    this.#next.catch(() => {}) // whoever wants it hears why it could not start
    return peer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next?.catch(() => {})
    await Promise.all(this.#started.map(peer => peer.kill()))
  }

  async #start(): Promise<PeerProcess> {
    const peer = await PeerProcess.start(this.source, this.runtimeFolder)
    this.#started.push(peer)
    return peer
  }
}
