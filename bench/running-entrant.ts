import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Entrant } from './comparison.js'
import type { Order, Report } from './rounds.js'
import type { Sample } from './sample.js'

/** The process of an entrant, as the runner sees it. */
export class RunningEntrant {
  readonly #exited: Promise<unknown>

  private constructor(private readonly child: ChildProcess) {
    this.#exited = once(child, 'exit')
  }

  /** Starts it. @throws why it cannot take part here */
  static async start(entrant: Entrant): Promise<RunningEntrant> {
    const child = fork(resolve(import.meta.dirname, entrant.program), entrant.args, {
      execArgv: [...(entrant.execArgv ?? [])],
      // As programs run that care for speed: without the checks that help while one is written.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', process.stderr.fd, 'inherit', 'ipc'], // stdout is the report's
    })
    const running = new RunningEntrant(child)
    try {
      await running.#report()
      return running
    } catch (error) {
      await running.close()
      throw error
    }
  }

  /** One round of `count`. @throws why it failed */
  async round(count: number): Promise<Sample> {
    this.#tell({ round: count })
    const report = await this.#report()
    if (report !== 'ready' && 'sample' in report) return report.sample
    throw new Error('it answered a round with no sample')
  }

  async close(): Promise<void> {
    if (this.child.connected) this.#tell('end')
    await this.#exited
  }

  #tell(order: Order): void {
    this.child.send(order)
  }

  async #report(): Promise<Report> {
    const over = this.#exited.then(() => {
      throw new Error('its process ended')
    })
    const [report] = (await Promise.race([once(this.child, 'message'), over])) as [Report]
    if (report !== 'ready' && 'failed' in report) throw new Error(report.failed)
    return report
  }
}
