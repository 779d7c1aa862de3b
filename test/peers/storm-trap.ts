import type { Moment } from './storm-contracts.js'

/** Kills this process when it comes by a moment for the n-th time. */
export class Trap {
  #moment: Moment | undefined
  #left = 0

  set(moment: Moment, after: number): void {
    this.#moment = moment
    this.#left = after
  }

  pass(moment: Moment): void {
    if (moment !== this.#moment || --this.#left > 0) return
    process.kill(process.pid, 'SIGKILL') // on Windows TerminateProcess: nothing is cleaned up either way
  }
}
