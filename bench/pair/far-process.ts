import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import {
  type IntroducedProcessOptions,
  startIntroduced,
} from '#dist/composition/processes/introduced-process.js'
import type { FarOrder, FarReport } from './far-orders.js'
import type { Peer, Place } from './peer.js'

/** What the far process says of a round. */
export type Observed = Extract<FarReport, { far: 'complete' }>

/** The far process of an entrant, as the near one sees it. */
export class FarProcess {
  private constructor(readonly child: ChildProcess) {}

  /** Starts it; resolves when it serves. */
  static async start(peer: Peer, place: Place, answers: boolean): Promise<FarProcess> {
    const spec = JSON.stringify({ peer: peer.name, place, answers })
    const program = [resolve(import.meta.dirname, 'far-main.js'), spec]
    const options: IntroducedProcessOptions = {
      serialization: peer.serialization ?? 'advanced',
      stdio: ['ignore', process.stderr.fd, 'inherit', 'ipc'],
    }
    const child = peer.introduced
      ? startIntroduced(process.execPath, program, options).child
      : spawn(process.execPath, program, options)
    const far = new FarProcess(child)
    await far.#report()
    return far
  }

  /**
   * Announces a round of `count` messages; resolves when it is ready for them, with the MiB that it has held at most.
   * @param watched whether it looks how late its event loop is
   */
  async begin(count: number, watched = false): Promise<number> {
    this.#tell({ far: 'begin', count, watched })
    const report = await this.#report()
    return report.far === 'ready' ? report.memory : Number.NaN
  }

  /** Resolves when all messages of the round have come. @throws when one was not what it should be */
  async complete(): Promise<Observed> {
    this.#tell({ far: 'complete' })
    const report = await this.#report()
    if (report.far !== 'complete') throw new Error(`instead of completing a round, it says ${report.far}`)
    return report
  }

  async close(): Promise<void> {
    if (!this.child.connected) return
    const exited = once(this.child, 'exit')
    this.#tell({ far: 'end' })
    await exited
  }

  #tell(order: FarOrder): void {
    this.child.send(order)
  }

  /** What it says next; the payload of a round may use the same channel. */
  #report(): Promise<FarReport> {
    return new Promise((done, failed) => {
      const settle = () => {
        this.child.off('message', onMessage)
        this.child.off('exit', onExit)
      }
      const onMessage = (message: unknown) => {
        const report = message as FarReport
        if (typeof report !== 'object' || !('far' in report)) return
        settle()
        if (report.far === 'failed') failed(new Error(report.why))
        else done(report)
      }
      const onExit = () => {
        settle()
        failed(new Error('the far process ended'))
      }
      this.child.on('message', onMessage).on('exit', onExit)
    })
  }
}
