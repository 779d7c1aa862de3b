import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { Order, Report } from '../peers/mailslot.js'
import { forkPeer } from './peer.js'

/** Another process with mailslots of its own: `test/peers/mailslot.ts`. It is killed when the running test ends. */
export class MailslotPeer {
  readonly #process: ChildProcess
  readonly #exited: Promise<number | NodeJS.Signals>
  readonly #unread: Report[] = []
  #arrived: () => void = () => {}

  constructor() {
    this.#process = forkPeer('mailslot')
    this.#exited = once(this.#process, 'exit').then(([code, signal]) => code ?? signal)
    this.#process.on('message', (report: Report) => {
      this.#unread.push(report)
      this.#arrived()
    })
    onTestFinished(() => this.kill())
  }

  /** Gives an order; resolves with the next report. */
  ask(order: Order): Promise<Report | undefined> {
    this.tell(order)
    return this.next()
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

  /** Resolves with the exit code, or with the signal, when the process has ended. */
  exited(): Promise<number | NodeJS.Signals> {
    return this.#exited
  }

  /** Ends it as kill -9 and TerminateProcess do. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }
}
