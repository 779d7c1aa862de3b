import type { Release } from '../../core/contracts/index.js'
import { brokenRule } from './broken-rule.js'
import { PAGE, type Way } from './layout.js'
import type { BlockSource } from './segment-frame.js'

/** The reader's side of a pool of blocks: what the writer says of them is checked, and what we keep is known. */
export class LentBlocks implements BlockSource {
  readonly #returns: Int32Array
  readonly #keepPages: number
  readonly #givenBack: () => void
  /** 1 for each page of a block that is kept. */
  readonly #held: Uint8Array
  #kept = 0

  /** @param givenBack the writer has got a block back */
  constructor({ returns, pages, keepPages }: Way, givenBack: () => void) {
    this.#returns = returns
    this.#keepPages = keepPages
    this.#givenBack = givenBack
    this.#held = new Uint8Array(pages)
  }

  /** How many blocks are kept. */
  get kept(): number {
    return this.#kept
  }

  /** Checks what the writer said of a block. @throws SignalboxError `PROTOCOL_VIOLATION` */
  check(page: number, length: number, serial: number): void {
    const end = page + runOf(length)
    if (length <= 0 || page < 0 || end > this.#held.length || serial <= 0) {
      throw brokenRule(`block ${serial} of ${length} B from page ${page} on, of ${this.#held.length} pages`)
    }
    const held = this.#kept === 0 ? -1 : this.#held.indexOf(1, page)
    if (held >= 0 && held < end) throw brokenRule(`block ${serial} lies in one that is still kept here`)
    const lent = Atomics.load(this.#returns, page)
    if (lent !== serial) throw brokenRule(`block ${serial} at page ${page}, where ${lent} was lent`)
  }

  /**
   * Keeps a block where it lies; undefined for one in the part of the pool that is for passage only: were that kept,
   * a large frame might never find room.
   */
  keep(page: number, length: number, serial: number): Release | undefined {
    const end = page + runOf(length)
    if (end > this.#keepPages) return undefined
    this.#held.fill(1, page, end)
    this.#kept++
    let kept = true
    return () => {
      if (!kept) return
      kept = false
      this.#held.fill(0, page, end)
      this.#kept--
      this.giveBack(page, serial)
    }
  }

  /** Gives a block back to the writer. */
  giveBack(page: number, serial: number): void {
    Atomics.store(this.#returns, page, -serial)
    this.#givenBack()
  }
}

function runOf(length: number): number {
  return Math.ceil(length / PAGE)
}
