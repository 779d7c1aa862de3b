import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Order, Report } from '../peers/synchronisation.js'
import type { Finally } from './finally.js'
import { crash } from './fixture.js'
import { forkPeer } from './peer.js'

/** Another process with mutexes, semaphores and events: `test/peers/synchronisation.ts`. It is killed when the test ends. */
export class SynchronisationPeer {
  readonly process: ChildProcess
  readonly exited: Promise<unknown[]>
  readonly #unread: Report[] = []
  #arrived: () => void = () => {}

  constructor(runtimeFolder: string, onEnd: Finally) {
    this.process = forkPeer('synchronisation', [runtimeFolder])
    this.exited = once(this.process, 'exit')
    this.process.on('message', (report: Report) => {
      this.#unread.push(report)
      this.#arrived()
    })
    onEnd(() => this.kill())
  }

  /** Gives an order; resolves when it is done. @throws when it failed, or the process ended */
  async ask(order: Order): Promise<Exclude<Report, 'begun'>> {
    this.tell(order)
    let answer = await this.#next()
    if (answer === 'begun') answer = await this.#next()
    if (answer === 'begun') throw new Error('it waits twice for one order')
    return answer
  }

  /** Gives an order that ends in a wait; resolves when it waits, with what tells how that ended. */
  async begin(order: Order): Promise<() => Promise<Report>> {
    this.tell(order)
    const first = await this.#next()
    if (first !== 'begun') throw new Error(`it did not wait: ${JSON.stringify(first)}`)
    return () => this.#next()
  }

  tell(order: Order): void {
    this.process.send(order)
  }

  /** Ends it as kill -9 and TerminateProcess do. */
  kill(): Promise<void> {
    return crash(this.process)
  }

  async #next(): Promise<Report> {
    for (;;) {
      const report = this.#unread.shift()
      if (report !== undefined) return report
      const arrival = new Promise<void>(resolve => {
        this.#arrived = resolve
      })
      await Promise.race([
        arrival,
        this.exited.then(ended => Promise.reject(new Error(`it ended: ${ended}`))),
      ])
    }
  }
}
