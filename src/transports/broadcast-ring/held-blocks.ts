import type { Release } from '../../core/contracts/index.js'
import { brokenRule } from '../segment/broken-rule.js'
import { PAGE } from '../segment/layout.js'
import type { BlockSource } from '../segment/segment-frame.js'
import { PREFIX, type RingMemory } from './ring-memory.js'

/** A reader's side of the pool: what the writer says of a block is checked, and given back by this reader's bit. */
export class HeldBlocks implements BlockSource {
  #kept = 0
  readonly #holders: Int32Array
  readonly #pages: number
  readonly #keepPages: number

  /** @param givenBack the writer may have got a block back */
  constructor(
    { way }: RingMemory,
    private readonly seat: number,
    private readonly givenBack: () => void,
  ) {
    this.#holders = way.returns
    this.#pages = way.pages
    this.#keepPages = way.keepPages
  }

  /** How many blocks are kept. */
  get kept(): number {
    return this.#kept
  }

  /** Checks what the writer said of a block. @throws SignalboxError `PROTOCOL_VIOLATION` */
  check(page: number, length: number): void {
    const isInPool = length >= PREFIX && page >= 0 && page + Math.ceil(length / PAGE) <= this.#pages
    if (isInPool && (Atomics.load(this.#holders, page) & (1 << this.seat)) !== 0) return
    throw brokenRule(`a block of ${length} B at page ${page}, which was not lent to this reader`)
  }

  keep(page: number, length: number): Release | undefined {
    if (page + Math.ceil((length + PREFIX) / PAGE) > this.#keepPages) return undefined
    this.#kept++
    let kept = true
    return () => {
      if (!kept) return
      kept = false
      this.#kept--
      this.giveBack(page)
    }
  }

  giveBack(page: number): void {
    Atomics.and(this.#holders, page, ~(1 << this.seat))
    this.givenBack()
  }
}
