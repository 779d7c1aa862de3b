import { Queue } from '../link/index.js'

/** Something that has work to do. */
export interface Worker {
  /**
   * Does some of its work.
   * @param most how many pieces at most
   * @returns how many it did
   */
  work(most: number): number
}

/** Pieces of work between two turns of the event loop. */
const BATCH = 256

/**
 * Gives all actors of a node their turns, in the order in which they came to have work. After a batch the
 * rest of the process gets its turn, however fast actors keep each other busy.
 */
export class Dispatcher {
  readonly #ready = new Queue<Worker>()
  #scheduled = false
  /** Not renewed before the next turn: actors that wake each other by promises would never end this one. */
  #left = BATCH

  /** Lets a worker work soon; once for each call. */
  ready(worker: Worker): void {
    this.#ready.push(worker)
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(this.#run)
  }

  readonly #run = (): void => {
    while (this.#left > 0) {
      const worker = this.#ready.shift()
      if (worker === undefined) {
        this.#scheduled = false
        return
      }
      this.#left -= worker.work(this.#left)
    }
    setImmediate(this.#runBatch)
  }

  readonly #runBatch = (): void => {
    this.#left = BATCH
    this.#run()
  }
}
