import { type ErrorCode, SignalboxError } from '../../core/contracts/errors.js'
import type { Peer, PeerCommands } from './peer.js'
import type { EndStatus, OpenBody, PeerBody } from './peer-body.js'
import type { PeerOrder, PeerReport } from './peer-protocol.js'
import { inProcess } from './process-body.js'
import type { TransportSource } from './transport-source.js'

interface Call {
  readonly done: (value: unknown) => void
  readonly failed: (error: Error) => void
}

/** A second process, or thread, with the same transport. */
export class StartedPeer implements Peer, AsyncDisposable {
  readonly #body: PeerBody
  readonly #calls = new Map<number, Call>()
  readonly #exited: Promise<EndStatus>
  /** Rejects when it ends although nobody told it to; never resolves. */
  readonly failure: Promise<never>
  #lastCall = 0
  #mayEnd = false

  private constructor(open: (reported: (report: PeerReport) => void) => PeerBody) {
    this.#body = open(report => this.#onReport(report))
    this.#exited = this.#body.ended.then(({ status }) => status)
    this.failure = this.#body.ended.then(({ status, errors }) => {
      const ended = this.#ended(status, errors)
      for (const { failed } of this.#calls.values()) failed(ended)
      this.#calls.clear()
      return this.#mayEnd ? new Promise<never>(() => {}) : Promise.reject(ended)
    })
    this.failure.catch(() => {}) // whoever runs a case watches it; without one there is nobody to tell
  }

  /** Starts it and waits until it is ready. @param body what it lives in. @default a process */
  static async start(
    source: TransportSource,
    runtimeFolder: string,
    body: OpenBody = inProcess,
  ): Promise<StartedPeer> {
    const peer = new StartedPeer(reported => body(source, runtimeFolder, reported))
    await peer.call('turn')
    return peer
  }

  /** Whether it can still be told something. */
  get alive(): boolean {
    return this.#body.alive
  }

  get pid(): number {
    return this.#body.pid
  }

  call<M extends keyof PeerCommands>(
    command: M,
    ...args: Parameters<PeerCommands[M]>
  ): ReturnType<PeerCommands[M]> {
    const answer = new Promise<unknown>((done, failed) => {
      if (!this.alive)
        return failed(new Error(`the peer ${this.#body.name} has ended: ${command} is too late`))
      const call = ++this.#lastCall
      this.#calls.set(call, { done, failed })
      this.#order({ call, command, args } as PeerOrder)
    })
    return answer as ReturnType<PeerCommands[M]>
  }

  /** Kills it without a warning, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#mayEnd = true
    this.#body.kill()
    await this.#exited
  }

  /** Stops it as a debugger would: nothing in it runs, and nothing of it is closed. Processes on POSIX only. */
  stop(): void {
    this.#body.signal('SIGSTOP')
  }

  /** Lets it go on after {@link stop}. */
  continue(): void {
    this.#body.signal('SIGCONT')
  }

  /** Lets its event loop hang for ever; it can only be killed afterwards. */
  hang(): void {
    this.#order({ call: ++this.#lastCall, command: 'hang', args: [] })
  }

  /** Tells it to call `process.exit(0)`; resolves with its exit status. */
  exit(): Promise<EndStatus> {
    this.#mayEnd = true
    this.#order({ leave: 'exit' })
    return this.#exited
  }

  /** Cuts the channel, so that only what its transport holds open keeps it alive; resolves with its exit status. */
  release(): Promise<EndStatus> {
    this.#mayEnd = true
    this.#order({ leave: 'release' })
    return this.#exited
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }

  #order(order: PeerOrder): void {
    this.#body.order(order)
  }

  #onReport(report: PeerReport): void {
    const call = this.#calls.get(report.call)
    this.#calls.delete(report.call)
    if (report.error === undefined) call?.done(report.value)
    else call?.failed(thrownThere(report.error))
  }

  #ended(status: EndStatus, stderr: string): Error {
    const errors = stderr === '' ? 'it wrote nothing to stderr' : `its stderr:\n${stderr}`
    return new Error(`the peer ${this.#body.name} ended with ${status}; ${errors}`)
  }
}

function thrownThere({ code, message }: { code?: ErrorCode; message: string }): Error {
  return code === undefined ? new Error(message) : new SignalboxError(code, message)
}
