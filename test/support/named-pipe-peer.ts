import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Order, Report } from '../peers/named-pipe.js'
import { forkPeer } from './peer.js'

/** Another process with named pipes of its own: `test/peers/named-pipe.ts`. */
export class NamedPipePeer implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #exited: Promise<number | NodeJS.Signals>
  readonly #unread: Report[] = []
  #arrived: () => void = () => {}

  constructor(runtimeFolder: string) {
    this.#process = forkPeer('named-pipe', [runtimeFolder])
    this.#exited = once(this.#process, 'exit').then(([code, signal]) => code ?? signal)
    this.#process.on('message', (report: Report) => {
      this.#unread.push(report)
      this.#arrived()
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  tell(order: Order): void {
    this.#process.send(order)
  }

  /** The next report that has not been read yet; resolves with undefined when the process has ended. */
  async next(): Promise<Report | undefined> {
    for (;;) {
      const report = this.#unread.shift()
      if (report !== undefined) return report
      const arrival = new Promise<'arrived'>(resolve => {
        this.#arrived = () => resolve('arrived')
      })
      if ((await Promise.race([arrival, this.#exited])) !== 'arrived' && this.#unread.length === 0) return
    }
  }

  /** Listens in that process; resolves with what it says. */
  listen(name: string): Promise<Report | undefined> {
    this.tell({ listen: name })
    return this.next()
  }

  /** Resolves with the exit code, or with the signal, when the process has ended. */
  exited(): Promise<number | NodeJS.Signals> {
    return this.#exited
  }

  /** Ends it as kill -9 and TerminateProcess do. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
