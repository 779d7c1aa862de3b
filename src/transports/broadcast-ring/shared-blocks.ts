import { PAGE } from '../segment/layout.js'
import { PageRuns } from '../segment/page-runs.js'
import type { RingMemory } from './ring-memory.js'

/**
 * The writer's side of the pool: blocks that each reader gives back by its own bit, in any order and at any time. A
 * block is free when nobody has it any more.
 */
export class SharedBlocks {
  readonly #holders: Int32Array
  readonly #pages: PageRuns
  /** Of the block that begins at a page, how many it has. */
  readonly #runs: Int32Array
  /** The first pages of all that readers have, the oldest first. */
  #lent: number[] = []

  constructor({ way: { returns, pages } }: RingMemory) {
    this.#holders = returns
    this.#pages = new PageRuns(pages)
    this.#runs = new Int32Array(pages)
  }

  /** The first page of a block of its own for `length` bytes; -1 when there is no room. */
  take(length: number): number {
    const run = Math.ceil(length / PAGE)
    let page = this.#pages.find(run)
    if (page < 0 && this.#collects()) page = this.#pages.find(run)
    if (page < 0) return -1
    this.#runs[page] = run
    this.#pages.take(page, run)
    return page
  }

  /** What was taken and not lent is free again. */
  putBack(page: number): void {
    this.#pages.free(page, this.#runs[page] ?? 0)
  }

  /** Lends a block to those readers whose bits are set. */
  lend(page: number, readers: number): void {
    Atomics.store(this.#holders, page, readers)
    this.#lent.push(page)
  }

  /** A reader will not take that block any more. */
  withdraw(page: number, seat: number): void {
    Atomics.and(this.#holders, page, ~(1 << seat))
  }

  /** A reader is gone, with all that it had. */
  forget(seat: number): void {
    for (const page of this.#lent) this.withdraw(page, seat)
  }

  /** Takes back what nobody has any more; false when that is nothing. */
  #collects(): boolean {
    const kept = this.#lent.filter(page => {
      if (Atomics.load(this.#holders, page) !== 0) return true
      this.putBack(page)
      return false
    })
    const some = kept.length < this.#lent.length
    this.#lent = kept
    return some
  }
}
