import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type ErrorCode, SignalboxError } from '../../core/contracts/errors.js'
import { compiledEntry } from './compiled-entry.js'
import type { Peer, PeerCommands } from './peer.js'
import type { PeerOrder, PeerReport } from './peer-protocol.js'
import type { TransportSource } from './transport-source.js'

interface Call {
  readonly done: (value: unknown) => void
  readonly failed: (error: Error) => void
}

/** A second process with the same transport, told what to do over an IPC channel of its own. */
export class PeerProcess implements Peer, AsyncDisposable {
  readonly #child: ChildProcess
  readonly #calls = new Map<number, Call>()
  readonly #exited: Promise<number | NodeJS.Signals>
  /** Rejects when the process ends although nobody told it to; never resolves. */
  readonly failure: Promise<never>
  #lastCall = 0
  #errors = ''
  #mayEnd = false

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-8192)
    })
    child.stdout?.resume()
    child.on('message', message => this.#onReport(message as PeerReport))
    // `close` rather than `exit`: by then the last of stderr has been read.
    this.#exited = once(child, 'close').then(([code, signal]) => code ?? signal)
    this.failure = this.#exited.then(status => {
      const ended = this.#ended(status)
      for (const { failed } of this.#calls.values()) failed(ended)
      this.#calls.clear()
      return this.#mayEnd ? new Promise<never>(() => {}) : Promise.reject(ended)
    })
    this.failure.catch(() => {}) // whoever runs a case watches it; without one there is nobody to tell
  }

  /** Starts the process and waits until it is ready. */
  static async start(source: TransportSource, runtimeFolder: string): Promise<PeerProcess> {
    const child = fork(compiledEntry('peer-main'), [JSON.stringify(source), runtimeFolder], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      serialization: 'advanced',
    })
    const peer = new PeerProcess(child)
    await peer.call('turn')
    return peer
  }

  /** Whether it can still be told something. */
  get alive(): boolean {
    return this.#child.connected
  }

  get pid(): number {
    const { pid } = this.#child
    if (pid === undefined) throw new Error('the peer process could not be started')
    return pid
  }

  call<M extends keyof PeerCommands>(
    command: M,
    ...args: Parameters<PeerCommands[M]>
  ): ReturnType<PeerCommands[M]> {
    const answer = new Promise<unknown>((done, failed) => {
      if (!this.alive) return failed(new Error(`the peer process has ended: ${command} is too late`))
      const call = ++this.#lastCall
      this.#calls.set(call, { done, failed })
      this.#order({ call, command, args } as PeerOrder)
    })
    return answer as ReturnType<PeerCommands[M]>
  }

  /** Kills it without a warning (SIGKILL, TerminateProcess), and waits until it is gone. */
  async kill(): Promise<void> {
    this.#mayEnd = true
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** Stops it as a debugger would: nothing in it runs, and nothing of it is closed. POSIX only. */
  stop(): void {
    this.#child.kill('SIGSTOP')
  }

  /** Lets it go on after {@link stop}. */
  continue(): void {
    this.#child.kill('SIGCONT')
  }

  /** Lets its event loop hang for ever; it can only be killed afterwards. */
  hang(): void {
    this.#order({ call: ++this.#lastCall, command: 'hang', args: [] })
  }

  /** Tells it to call `process.exit(0)`; resolves with its exit status. */
  exit(): Promise<number | NodeJS.Signals> {
    this.#mayEnd = true
    this.#order({ leave: 'exit' })
    return this.#exited
  }

  /** Cuts the channel, so that only what its transport holds open keeps it alive; resolves with its exit status. */
  release(): Promise<number | NodeJS.Signals> {
    this.#mayEnd = true
    this.#order({ leave: 'release' })
    return this.#exited
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }

  #order(order: PeerOrder): void {
    // A failed write means that the process ended, which `failure` reports with its cause.
    this.#child.send(order, () => {})
  }

  #onReport(report: PeerReport): void {
    const call = this.#calls.get(report.call)
    this.#calls.delete(report.call)
    if (report.error === undefined) call?.done(report.value)
    else call?.failed(thrownThere(report.error))
  }

  #ended(status: number | NodeJS.Signals): Error {
    const errors = this.#errors === '' ? 'it wrote nothing to stderr' : `its stderr:\n${this.#errors}`
    return new Error(`the peer process ${this.#child.pid} ended with ${status}; ${errors}`)
  }
}

function thrownThere({ code, message }: { code?: ErrorCode; message: string }): Error {
  return code === undefined ? new Error(message) : new SignalboxError(code, message)
}
