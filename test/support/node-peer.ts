import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { ConfigInput } from '../../src/index.js'
import type { Order, Report } from '../peers/node.js'
import type { Finally } from './finally.js'
import { forkPeer } from './peer.js'

/** How a {@link NodePeer} differs from others. */
export interface NodePeerOptions {
  /** `other` makes it mean something else by one of its contracts. @default 'same' */
  readonly notion?: 'same' | 'other'
  /** Where it looks for a configuration file. @default the working directory */
  readonly cwd?: string
  /** For a process that outlives the running test. */
  readonly onEnd?: Finally
}

/** A node in another process: `test/peers/node.ts`. */
export class NodePeer {
  readonly #process: ChildProcess
  readonly #exited: Promise<number | NodeJS.Signals>
  readonly #report: Promise<Report>

  private constructor(name: string, config: ConfigInput, { notion = 'same', cwd = '.' }: NodePeerOptions) {
    this.#process = forkPeer('node', [name, JSON.stringify(config), notion, cwd])
    this.#exited = once(this.#process, 'exit').then(([code, signal]) => code ?? signal)
    this.#report = once(this.#process, 'message').then(([report]) => report)
  }

  /** Starts a process; the running test kills it when it ends. */
  static async start(name: string, config: ConfigInput, options: NodePeerOptions = {}): Promise<NodePeer> {
    const peer = new NodePeer(name, config, options)
    const onEnd = options.onEnd ?? onTestFinished
    onEnd(() => peer.kill())
    const report = await peer.report()
    if (!report.ready) throw new Error(`${report.code}: ${report.why}`)
    return peer
  }

  tell(order: Order): void {
    this.#process.send(order)
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.kill(signal)
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

  private report(): Promise<Report> {
    const died = this.#exited.then((code): Report => {
      return { ready: false, code: 'DIED', why: `the process ended with ${code} before it said anything` }
    })
    return Promise.race([this.#report, died])
  }
}
