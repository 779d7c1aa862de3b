import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import {
  type IntroducedProcessOptions,
  startIntroduced,
} from '#dist/composition/processes/introduced-process.js'
import { introducedThread } from '#dist/composition/threads/thread-origin.js'
import type { Far, Observed } from './far.js'
import type { FarOrder, FarReport } from './far-orders.js'
import type { Peer, Place } from './peer.js'

/** Found beside the program that runs, because a bundle keeps this module elsewhere. */
const program = resolve(dirname(process.argv[1] ?? ''), '../pair/far-main.js')

/** A far end in a process or a thread that was started for it. */
export class StartedFar implements Far {
  #ended = false

  private constructor(private readonly started: ChildProcess | Worker) {
    started.once('exit', () => {
      this.#ended = true
    })
  }

  /**
   * Starts it; resolves when it serves.
   * @param execArgv what Node is told when it starts a process. @default nothing but what this one was told
   * @throws why it cannot take part here
   */
  static async start(
    peer: Peer,
    place: Place,
    answers: boolean,
    execArgv: readonly string[] = [],
  ): Promise<StartedFar> {
    const spec = JSON.stringify({ peer: peer.name, place, answers })
    const far = new StartedFar(peer.far === 'thread' ? threadFor(spec) : processFor(peer, spec, execArgv))
    await far.#report()
    return far
  }

  get child(): ChildProcess | undefined {
    return this.started instanceof Worker ? undefined : this.started
  }

  async begin(count: number, watched = false): Promise<number> {
    this.#tell({ far: 'begin', count, watched })
    const report = await this.#report()
    return report.far === 'ready' ? report.memory : Number.NaN
  }

  async complete(): Promise<Observed> {
    this.#tell({ far: 'complete' })
    const report = await this.#report()
    if (report.far !== 'complete') throw new Error(`instead of completing a round, it says ${report.far}`)
    return report
  }

  async close(): Promise<void> {
    if (this.#ended || this.child?.connected === false) return
    const exited = once(this.started, 'exit')
    this.#tell({ far: 'end' })
    await exited
  }

  #tell(order: FarOrder): void {
    if (this.started instanceof Worker) this.started.postMessage(order)
    else this.started.send(order)
  }

  /** What it says next; the payload of a round may use the same channel. */
  #report(): Promise<FarReport> {
    return new Promise((done, failed) => {
      const settle = () => {
        this.started.off('message', onMessage)
        this.started.off('exit', onExit)
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
        failed(new Error('the far end ended'))
      }
      this.started.on('message', onMessage)
      this.started.on('exit', onExit)
    })
  }
}

function processFor(
  { far, serialization = 'advanced' }: Peer,
  spec: string,
  execArgv: readonly string[],
): ChildProcess {
  const args = [...process.execArgv, ...execArgv, program, spec]
  const options: IntroducedProcessOptions = {
    serialization,
    stdio: ['ignore', process.stderr.fd, 'inherit', 'ipc'],
  }
  return far === 'introduced process'
    ? startIntroduced(process.execPath, args, options).child
    : spawn(process.execPath, args, options)
}

function threadFor(spec: string): Worker {
  return new Worker(program, introducedThread({ argv: [spec] }))
}
