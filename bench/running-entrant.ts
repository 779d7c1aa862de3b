import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Entrant } from './comparison.js'
import { type Profile, Profiler } from './profile/profiler.js'
import type { Order, Report } from './rounds.js'
import type { Sample } from './sample.js'

/** Seconds within which an entrant reports, or else stands still for good; no round takes as long. */
const PATIENCE = 60
/** Seconds within which it ends when it is told to. */
const LEAVE = 10

/** The process of an entrant, as the runner sees it. */
export class RunningEntrant {
  readonly #exited: Promise<unknown>

  private constructor(
    private readonly child: ChildProcess,
    private readonly profiler: Profiler | undefined,
  ) {
    this.#exited = once(child, 'exit')
  }

  /**
   * Starts it.
   * @param profiled whether to find out where its time goes
   * @throws why it cannot take part here
   */
  static async start(entrant: Entrant, profiled: boolean): Promise<RunningEntrant> {
    const profiler = profiled ? await Profiler.make() : undefined
    const child = fork(resolve(import.meta.dirname, entrant.program), entrant.args, {
      execArgv: [...(entrant.execArgv ?? []), ...(profiler?.execArgv ?? [])],
      // As programs run that care for speed: without the checks that help while one is written.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', process.stderr.fd, 'inherit', 'ipc'], // stdout is the report's
    })
    const running = new RunningEntrant(child, profiler)
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

  /** Resolves with where its time went, if that was looked at. */
  async close(): Promise<Profile | undefined> {
    if (this.child.connected) this.#tell('end')
    const timer = setTimeout(() => this.child.kill('SIGKILL'), LEAVE * 1000)
    await this.#exited
    clearTimeout(timer)
    return this.profiler?.finish(this.child.pid)
  }

  #tell(order: Order): void {
    this.child.send(order)
  }

  async #report(): Promise<Report> {
    const over = this.#exited.then(() => {
      throw new Error('its process ended')
    })
    const heard = once(this.child, 'message', { signal: AbortSignal.timeout(PATIENCE * 1000) }).catch(() => {
      throw new Error(`it stood still for ${PATIENCE} s`)
    })
    const [report] = (await Promise.race([heard, over])) as [Report]
    if (report !== 'ready' && 'failed' in report) throw new Error(report.failed)
    return report
  }
}
