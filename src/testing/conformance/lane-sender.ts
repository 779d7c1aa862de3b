import { type ErrorCode, isSignalboxError } from '../../core/contracts/errors.js'
import type { OutboundLane, Outcome, Receipt } from '../../core/link/index.js'
import type { Outcomes, SendReport } from './end.js'
import { type Script, ScriptReader } from './script.js'

const NOTHING = new Uint8Array()

/** Messages that were refused at first and have no outcome yet, beyond which a sender waits for the oldest of them. */
export const MAY_WAIT = 128

/** Sends scripts in one lane of a link, and keeps account of what became of each message. */
export class LaneSender {
  readonly #sent = { frames: 0, bytes: 0, fulls: 0 }
  readonly #rejected: Partial<Record<ErrorCode, number>> = {}
  readonly #unknownCodes = new Set<ErrorCode>()
  #accepted = 0
  #unknown = 0
  #whenSettled: (() => void)[] = []
  /** What became of those that had to wait for room, oldest first. */
  readonly #waiting: Promise<Outcome>[] = []
  readonly #receipt: Receipt = { settle: outcome => this.#settle(outcome) }

  constructor(private readonly lane: OutboundLane) {}

  get report(): SendReport {
    return { ...this.#sent }
  }

  get outcomes(): Outcomes {
    const accepted = this.#accepted
    const unknown = this.#unknown
    const rejected = { ...this.#rejected }
    return { accepted, unknown, rejected, unknownCodes: [...this.#unknownCodes], open: this.#open }
  }

  /** Resolves when all that was sent so far has its outcome. */
  settled(): Promise<void> {
    if (this.#open === 0) return Promise.resolve()
    return new Promise(resolve => this.#whenSettled.push(resolve))
  }

  /**
   * Sends all of `script`; resolves when the link took the last message.
   * @throws SignalboxError what {@link OutboundLane.send} throws for a message that it does not take
   */
  async send(script: Script): Promise<SendReport> {
    const reader = new ScriptReader(script)
    for (let index = 0; index < script.count; index++) await this.#sendOne(reader.frame(index))
    return this.report
  }

  async #sendOne(message: Uint8Array): Promise<void> {
    if (this.lane.offer(NOTHING, message, this.#receipt)) {
      this.#count(message)
      return
    }
    this.#sent.fulls += 1
    this.#waiting.push(this.#sendLater(message))
    this.#count(message)
    if (this.#waiting.length < MAY_WAIT) return
    const outcome = await this.#waiting.shift()
    if (outcome === undefined || outcome.status === 'accepted') return
    if (outcome.status === 'unknown' || outcome.error.code === 'CLOSED') throw outcome.error
  }

  async #sendLater(message: Uint8Array): Promise<Outcome> {
    const sending = this.lane.send(NOTHING, message)
    const outcome = await sending.then((): Outcome => ({ status: 'accepted' }), outcomeOf)
    this.#settle(outcome)
    return outcome
  }

  #count(message: Uint8Array): void {
    this.#sent.frames += 1
    this.#sent.bytes += message.length
  }

  get #open(): number {
    const rejected = Object.values(this.#rejected).reduce((sum, times) => sum + times, 0)
    return this.#sent.frames - this.#accepted - this.#unknown - rejected
  }

  #settle(outcome: Outcome): void {
    if (outcome.status === 'accepted') this.#accepted += 1
    else if (outcome.status === 'rejected')
      this.#rejected[outcome.error.code] = (this.#rejected[outcome.error.code] ?? 0) + 1
    else {
      this.#unknown += 1
      this.#unknownCodes.add(outcome.error.code)
    }
    if (this.#whenSettled.length > 0 && this.#open === 0)
      for (const resolve of this.#whenSettled.splice(0)) resolve()
  }
}

/** A promise that rejects tells an unknown outcome by its code alone. */
function outcomeOf(error: unknown): Outcome {
  if (!isSignalboxError(error)) throw error
  return { status: error.code === 'PEER_LOST' ? 'unknown' : 'rejected', error }
}
