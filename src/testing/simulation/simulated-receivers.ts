import { SignalboxError } from '../../core/contracts/index.js'
import type { LaneSink } from '../../core/link/index.js'
import { type DeliveryModel, REFUSAL } from './delivery-model.js'

/** What receives at one node: it accepts at once, later, or not at all. */
export class SimulatedReceivers {
  readonly #pending: (() => void)[] = []

  constructor(private readonly model: DeliveryModel) {}

  /** Whether any message waits for somebody who makes up his mind. */
  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  /** One of those who took their time makes up his mind. */
  decide(chance: number): void {
    this.#pending.splice(chance % Math.max(1, this.#pending.length), 1)[0]?.()
  }

  sink(session: string, lane: string): LaneSink {
    const judge = (id: number): void => {
      const refuses = id % 7 === 3
      this.model.judges(id, refuses ? 'refused' : 'accepted')
      if (refuses) throw new SignalboxError(REFUSAL, 'no room')
    }
    return {
      accept: message => {
        const id = this.model.hands(session, lane, message)
        if (id % 5 !== 2) return judge(id)
        return new Promise<void>(resolve => this.#pending.push(resolve)).then(() => judge(id))
      },
    }
  }
}
