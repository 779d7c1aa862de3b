import { brokenRule } from './broken-rule.js'
import { PAGE, type Way } from './layout.js'

/**
 * The writer's side of a pool of blocks: runs of pages that frames lie in until the reader gives them back, in any
 * order and at any time. The reader does so by negating the block's serial number, which nobody else could guess
 * wrong by accident: any other number there is a fault of the reader's.
 *
 * The lowest pages are taken first, so that the same few of them stay in the processor's cache.
 */
export class BlockPool {
  readonly #returns: Int32Array
  /** 1 for each page that is in a block. */
  readonly #used: Uint8Array
  /** Of the block that begins at a page: how many pages it has, and its serial number. */
  readonly #runs: Int32Array
  readonly #serials: Int32Array
  /** The first pages of all blocks that the reader has, the oldest first. */
  readonly #lent: number[] = []
  #lastSerial = 0

  constructor({ returns, pages }: Way) {
    this.#returns = returns
    this.#used = new Uint8Array(pages)
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
    const page = this.#find(run)
    return page >= 0 || !this.#collectAll() ? page : this.#find(run)
  }

  /** Makes a block for `length` bytes at `page`, which was reserved last, and returns its serial number. */
  lend(page: number, length: number): number {
    const run = Math.ceil(length / PAGE)
    const serial = this.#lastSerial === 0x7fff_ffff ? 1 : this.#lastSerial + 1
    this.#lastSerial = serial
    this.#used.fill(1, page, page + run)
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

  #find(run: number): number {
    for (let from = 0; ; ) {
      const start = this.#used.indexOf(0, from)
      if (start < 0) return -1
      const used = this.#used.indexOf(1, start)
      const end = used < 0 ? this.#used.length : used
      if (end - start >= run) return start
      from = end
    }
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
    this.#used.fill(0, page, page + (this.#runs[page] ?? 0))
    return true
  }
}
