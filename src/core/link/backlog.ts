import { REASON_LENGTH } from './frames.js'

/** Bytes that may wait beside one message of the largest size. */
const BESIDE = 64 * 1024 * 1024
/** Bytes up to which only the number counts, so that there is always room to say that something failed. */
const SHORT = 2 * REASON_LENGTH

/**
 * What waits, counted, and whether one more may. The bound of bytes looks at what waits already, not at what comes: a
 * message of any size may wait, and so may what follows it.
 */
export class Backlog {
  readonly #mostBytes: number
  #messages = 0
  #bytes = 0

  /**
   * @param most messages that may wait
   * @param largest bytes of the largest message that there may be
   */
  constructor(
    private readonly most: number,
    largest: number,
  ) {
    this.#mostBytes = largest + BESIDE
  }

  get isFull(): boolean {
    return this.#messages >= this.most || this.#bytes >= this.#mostBytes
  }

  /** Counts a message of `bytes` bytes; false, and nothing is counted, when too much waits already. */
  enter(bytes: number): boolean {
    if (this.#messages >= this.most || (this.#bytes >= this.#mostBytes && bytes > SHORT)) return false
    this.#messages++
    this.#bytes += bytes
    return true
  }

  /** One that was counted waits no more. */
  leave(bytes: number): void {
    this.#messages--
    this.#bytes -= bytes
  }

  /** `4096 messages of 81920 B` */
  toString(): string {
    return `${this.#messages} messages of ${this.#bytes} B`
  }
}
