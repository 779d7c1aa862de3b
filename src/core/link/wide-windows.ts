import type { ReceiverCredit } from './credit.js'
import type { Grant } from './hello.js'

/** Windows, in bytes, that the lanes of a session may have among them beyond one each. */
const BEYOND = 16
/** Messages that a wide window holds: while one is read, others are on their way, and the next one is written. */
const AT_ONCE = 4

/**
 * Widens the windows of lanes whose messages are so large that hardly one fits, as long as they come in memory that
 * the track has anyway. A receiver that then stops accepting copies what was on its way: so there is a bound to what
 * the lanes of a session get together (I12), and who comes late has to do with the usual window.
 */
export class WideWindows {
  /** Bytes that nobody has yet. */
  #left: number

  /** @param usual of each lane */
  constructor(private readonly usual: Grant) {
    this.#left = BEYOND * usual.bytes
  }

  /** Whether messages of `length` bytes are too large for a window to hold enough of them. */
  static isTight({ window }: ReceiverCredit, length: number): boolean {
    return window.bytes < AT_ONCE * length
  }

  /** Widens a window that is too tight for messages of `length` bytes, as far as that is possible. */
  widen(credit: ReceiverCredit, length: number): void {
    const more = Math.min(AT_ONCE * length - credit.window.bytes, this.#left)
    if (more <= 0) return
    this.#left -= more
    credit.widen(more)
  }

  /** The lane has ended: others may have what it had. */
  release({ window }: ReceiverCredit): void {
    this.#left += window.bytes - this.usual.bytes
  }
}
