import { brokenRule } from './broken-rule.js'
import { PAGE, type Way } from './layout.js'
import { PageRuns } from './page-runs.js'

/**
 * The writer's side of a pool of blocks: runs of pages that frames lie in until the reader gives them back, in any
 * order and at any time. The reader does so by negating the block's serial number, which nobody else could guess
 * wrong by accident: any other number there is a fault of the reader's.
 */
export class BlockPool {
  readonly #returns: Int32Array
  readonly #pages: PageRuns
  /** Of the block that begins at a page: how many pages it has, and its serial number. */
  readonly #runs: Int32Array
  readonly #serials: Int32Array
  /** The first pages of all blocks that the reader has, the oldest first. */
  readonly #lent: number[] = []
  #lastSerial = 0

  constructor({ returns, pages }: Way) {
    this.#returns = returns
    this.#pages = new PageRuns(pages)
    this.#runs = new Int32Array(pages)
    this.#serials = new Int32Array(pages)
  }

  /**
   * The first of enough free pages for `length` bytes; -1 when there are not as many in a row.
   * @throws SignalboxError `PROTOCOL_VIOLATION`
   */
  reserve(length: number): number {
    const run = Math.ceil(length / PAGE)
    this.#collectOldest()
    const page = this.#pages.find(run)
    return page >= 0 || !this.#collectAll() ? page : this.#pages.find(run)
  }

  /** Makes a block for `length` bytes at `page`, which was reserved last, and returns its serial number. */
  lend(page: number, length: number): number {
    const run = Math.ceil(length / PAGE)
    const serial = this.#lastSerial === 0x7fff_ffff ? 1 : this.#lastSerial + 1
    this.#lastSerial = serial
    this.#pages.take(page, run)
    this.#runs[page] = run
    this.#serials[page] = serial
    this.#lent.push(page)
    Atomics.store(this.#returns, page, serial)
    return serial
  }

  /** Whether such a block is with the reader, which has not given it back. */
  isLent(page: number, length: number, serial: number): boolean {
    const run = Math.ceil(length / PAGE)
    return (
      this.#serials[page] === serial &&
      this.#runs[page] === run &&
      Atomics.load(this.#returns, page) === serial
    )
  }

  /** Takes back what was given back in the order of lending, which is what happens while nothing is kept. */
  #collectOldest(): void {
    let count = 0
    for (const page of this.#lent) {
      if (!this.#collect(page)) break
      count++
    }
    if (count > 0) this.#lent.splice(0, count)
  }

  #collectAll(): boolean {
    const before = this.#lent.length
    let left = 0
    for (const page of this.#lent) if (!this.#collect(page)) this.#lent[left++] = page
    this.#lent.length = left
    return left < before
  }

  #collect(page: number): boolean {
    const serial = this.#serials[page] ?? 0
    const value = Atomics.load(this.#returns, page)
    if (value === serial) return false
    if (value !== -serial) throw brokenRule(`it gave back block ${value} where ${serial} was lent`)
    this.#pages.free(page, this.#runs[page] ?? 0)
    return true
  }
}
