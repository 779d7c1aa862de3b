import { throwIfAborted } from '../../core/contracts/index.js'
import type { JournalLog } from './journal-log.js'
import { JournalTenure, type JournalTenureParts } from './journal-tenure.js'
import type { JournalWaits } from './journal-waits.js'

/** What a {@link JournalWriter} is made of. */
export interface JournalWriterParts extends JournalTenureParts {
  /** How messages call it. */
  readonly name: string
  readonly log: JournalLog
  readonly waits: JournalWaits
  readonly flush: () => Promise<void>
}

/** The one who appends to a journal; see {@link Journal}. */
export class JournalWriter implements Disposable {
  readonly #parts: JournalWriterParts
  readonly #tenure: JournalTenure

  constructor(parts: JournalWriterParts) {
    this.#parts = parts
    this.#tenure = new JournalTenure(`${parts.name}: its writer`, parts)
  }

  /** Bytes of the longest record: half of the journal. */
  get longest(): number {
    return this.#parts.log.longest
  }

  /**
   * Appends a record, which survives the end of this process from here on. Returns its number; `full`: nothing was taken, and
   * {@link room} tells when to try again.
   * @throws SignalboxError `CLOSED`; `FRAME_TOO_LARGE`
   */
  append(bytes: Uint8Array): number | 'full' {
    this.#tenure.assert()
    const { log, waits } = this.#parts
    const sequence = log.append(bytes)
    if (sequence !== 'full') waits.recordAppended()
    return sequence
  }

  /**
   * Resolves when a record of `length` bytes can be appended.
   * @param length @default 0
   * @throws SignalboxError `CLOSED`, `ABORTED`, `SYSTEM`
   */
  async room(length = 0, signal?: AbortSignal): Promise<void> {
    const { name, log, waits } = this.#parts
    for (;;) {
      throwIfAborted(`wait for room in ${name}`, signal)
      this.#tenure.assert()
      if (log.hasRoom(length)) return
      if (log.needsFlush) await this.flush()
      else await waits.forRoom(() => log.hasRoom(length), signal)
    }
  }

  /**
   * Resolves when everything that was appended until now is on the disk, and survives the end of the machine, where the
   * journal was made for that.
   * @throws SignalboxError `CLOSED`, `SYSTEM`
   */
  async flush(): Promise<void> {
    this.#tenure.assert()
    const flushed = this.#parts.log.beforeFlush()
    await this.#parts.flush()
    flushed()
  }

  /** Lets somebody else write. Harmless twice. */
  close(): void {
    this.#tenure.end()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
