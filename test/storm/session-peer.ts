import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { SessionOrder, SessionReport, SessionSetup } from '../peers/session-contracts.js'
import { forkPeer } from '../support/peer.js'

type ReportOf<E extends SessionReport['event']> = Extract<SessionReport, { readonly event: E }>

/** One end of a session in a process of its own: `test/peers/session-end.ts`. */
export class SessionPeer implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  /** Called with each report that nobody waits for. */
  onProgress: () => void = () => {}

  constructor(setup: SessionSetup) {
    this.#process = forkPeer('session-end', [JSON.stringify(setup)])
    this.#ended = once(this.#process, 'exit')
    this.#process.on('message', ({ event }: SessionReport) => {
      if (event === 'progress') this.onProgress()
    })
  }

  tell(order: SessionOrder): void {
    if (this.#process.connected) this.#process.send(order, () => {})
  }

  /** The next report of that kind. @throws when the process says what is wrong, or ends */
  report<E extends SessionReport['event']>(event: E): Promise<ReportOf<E>> {
    return new Promise((resolve, reject) => {
      const seen = (report: SessionReport) => {
        if (report.event === 'failed') reject(new Error(report.why))
        else if (isReport(report, event)) resolve(report)
        else return
        this.#process.off('message', seen)
      }
      this.#process.on('message', seen)
      void this.#ended.then(() => reject(new Error(`it has ended; awaited: ${event}`)))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }
}

function isReport<E extends SessionReport['event']>(report: SessionReport, event: E): report is ReportOf<E> {
  return report.event === event
}
