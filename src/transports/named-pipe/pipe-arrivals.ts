import { Arrivals, type Log } from '../../core/contracts/index.js'

/** The clients of one pipe: who was found acceptable arrives, of the others the operator is told. */
export class PipeArrivals extends Arrivals {
  readonly #name: string
  readonly #log: Log

  constructor(name: string, log: Log) {
    super()
    this.#name = name
    this.#log = log
  }

  /** Tells the operator that somebody was turned away. */
  refused(why: string): void {
    this.#log.warn(`${this.#name}: a peer was refused: ${why}`)
  }
}
