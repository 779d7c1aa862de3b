import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { RuleBreakerOrder, RuleBreakerReport, RuleBreakerSetup } from '../peers/rule-breaker.js'
import type { Finally } from './finally.js'
import { forkPeer } from './peer.js'

/** What a rule breaker heard at the end of a session. */
export type HeardEnd = Extract<RuleBreakerReport, { readonly event: 'ended' }>

/** A process that greets a node as it should and then says what it may not: `test/peers/rule-breaker.ts`. */
export class RuleBreaker {
  readonly #process: ChildProcess

  static async start(setup: RuleBreakerSetup, onEnd: Finally): Promise<RuleBreaker> {
    const process = forkPeer('rule-breaker', [JSON.stringify(setup)])
    const exited = once(process, 'exit')
    onEnd(async () => {
      process.kill('SIGKILL')
      await exited
    })
    const died = exited.then(() => Promise.reject(new Error('it ended before it was ready')))
    await Promise.race([once(process, 'message'), died])
    died.catch(() => {})
    return new RuleBreaker(process)
  }

  private constructor(process: ChildProcess) {
    this.#process = process
  }

  /** Begins a session as the node `node`, says `frames` in it, and tells how it ended, as heard over there. */
  async say(node: string, ...frames: readonly Uint8Array[]): Promise<HeardEnd> {
    const order: RuleBreakerOrder = { node, frames }
    const reported = once(this.#process, 'message')
    this.#process.send(order)
    const [report] = (await reported) as [RuleBreakerReport]
    if (report.event === 'ended') return report
    throw new Error(report.event === 'failed' ? report.why : `it said ${report.event} once more`)
  }
}
