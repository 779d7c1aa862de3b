import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Finally } from './finally.js'
import { crash } from './fixture.js'
import { forkPeer } from './peer.js'

/** Another process that contends for what has a name: `test/peers/contender.ts`. It is killed when the test ends. */
export class Contender {
  readonly #process: ChildProcess
  readonly #ended: Promise<never>

  constructor(
    readonly life: number,
    args: readonly string[],
    onEnd: Finally,
  ) {
    this.#process = forkPeer('contender', args)
    this.#ended = once(this.#process, 'exit').then(how => Promise.reject(new Error(`it ended: ${how}`)))
    this.#ended.catch(() => {})
    onEnd(() => this.kill())
  }

  /** Calls back when it took the turn that was aimed at. */
  onMoment(callback: () => void): void {
    this.#process.on('message', word => {
      if (word === 'moment') callback()
    })
  }

  /** Resolves when it has nothing and waits for nothing. @throws when it ended by itself */
  async pause(): Promise<void> {
    const paused = new Promise<void>(resolve => {
      const listen = (word: unknown) => {
        if (word !== 'paused') return
        this.#process.off('message', listen)
        resolve()
      }
      this.#process.on('message', listen)
    })
    this.#process.send('pause')
    await Promise.race([paused, this.#ended])
  }

  goOn(): void {
    this.#process.send('go')
  }

  /** Ends it as kill -9 and TerminateProcess do. */
  kill(): Promise<void> {
    return crash(this.#process)
  }
}
