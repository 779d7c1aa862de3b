import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Subject } from 'rxjs'
import type { StormOrder, StormReport, StormSetup, Tally } from '../peers/storm-contracts.js'
import type { Entry } from '../peers/storm-journal.js'
import { forkPeer } from '../support/peer.js'

/** Milliseconds after which what should have happened long ago counts as hanging: with room for a loaded machine. */
const PATIENCE = process.platform === 'win32' ? 90_000 : 45_000

/** How a process came to its end: it was closed and ended by itself, or it was ended with everything open. */
export type End = 'alive' | 'closed' | 'killed'

/** Wine fails to create a process now and then, on a loaded machine, and creates it when it is asked again. */
function started(setup: StormSetup, attempts = 5): ChildProcess {
  try {
    return forkPeer('storm-node', [JSON.stringify(setup)])
  } catch (error) {
    if (process.platform !== 'win32' || attempts === 1) throw error
    return started(setup, attempts - 1)
  }
}

type ReportOf<E extends StormReport['event']> = Extract<StormReport, { readonly event: E }>

/** A node of the storm in a process of its own: `test/peers/storm-node.ts`. */
export class StormPeer {
  readonly reports$ = new Subject<StormReport>()
  readonly exited: Promise<number | NodeJS.Signals>
  end: End = 'alive'
  /** Whether its sessions may have ended while it lived. */
  disturbed = false
  /** This life of its node, as hexadecimal text; known when it is ready. */
  incarnation = ''
  readonly #process: ChildProcess
  #trouble: string | undefined

  constructor(readonly setup: StormSetup) {
    this.#process = started(setup)
    this.#process.on('message', (report: StormReport) => {
      if (report.event === 'failed') this.#trouble ??= report.why
      this.reports$.next(report)
    })
    this.exited = once(this.#process, 'exit').then(([code, signal]) => {
      this.reports$.complete()
      return code ?? signal
    })
  }

  get name(): string {
    return this.setup.name
  }

  /** What people call this life: `b#2`. */
  get title(): string {
    return `${this.name}#${this.setup.life}`
  }

  tell(order: StormOrder): void {
    if (this.#process.connected) this.#process.send(order, () => {}) // it may die at any moment
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#process.kill(signal)
  }

  /** The next report for which `holds` is true. @throws when it does not come, or the process says what is wrong with it */
  report<E extends StormReport['event']>(
    what: string,
    event: E,
    holds: (report: ReportOf<E>) => boolean = () => true,
  ): Promise<ReportOf<E>> {
    return within<ReportOf<E>>(`${this.title}: ${what}`, (resolve, reject) => {
      const seen = (report: StormReport) => {
        if (report.event === 'failed') reject(new Error(`${this.title}: ${report.why}`))
        else if (isReport(report, event) && holds(report)) resolve(report)
      }
      if (this.#trouble !== undefined) reject(new Error(`${this.title}: ${this.#trouble}`))
      const ended = () => reject(new Error(`${this.title} has ended; awaited: ${what}`))
      const subscription = this.reports$.subscribe({ next: seen, complete: ended })
      return () => subscription.unsubscribe()
    })
  }

  /** Tells it something, and waits for what it reports to that. */
  asked<E extends StormReport['event']>(order: StormOrder, event: E): Promise<ReportOf<E>> {
    const answer = this.report(`${event}, after ${order.order}`, event)
    this.tell(order)
    return answer
  }

  tally(): Promise<Tally> {
    return this.asked({ order: 'tally' }, 'tally')
  }

  /** Bytes that it has in use. */
  async weight(): Promise<number> {
    const { memory } = await this.asked({ order: 'weigh' }, 'weight')
    return memory
  }

  /** Waits for the end of the process. @throws when it goes on */
  async ended(what: string): Promise<number | NodeJS.Signals> {
    return within(`${this.title}: its end, ${what}`, resolve => {
      void this.exited.then(resolve)
      return () => {}
    })
  }

  /** What it wrote down. Of a process that was killed, the last line may be torn. */
  journal(): Entry[] {
    const lines = readFileSync(this.setup.journal, 'utf8').split('\n')
    return lines.slice(0, -1).map(line => JSON.parse(line) as Entry)
  }
}

function isReport<E extends StormReport['event']>(report: StormReport, event: E): report is ReportOf<E> {
  return report.event === event
}

/** A promise that rejects when it does not come true. @param begin returns what ends the waiting */
function within<T>(
  what: string,
  begin: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end()
      reject(new Error(`${what}: it did not come within ${PATIENCE / 1000} s`))
    }, PATIENCE)
    const done = () => {
      clearTimeout(timer)
      queueMicrotask(() => end())
    }
    const end = begin(
      value => {
        done()
        resolve(value)
      },
      error => {
        done()
        reject(error)
      },
    )
  })
}
