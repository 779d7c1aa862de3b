import { SignalboxError } from '../../core/contracts/index.js'
import type { JournalWaits } from './journal-waits.js'

/** What a {@link JournalTenure} ends. */
export interface JournalTenureParts {
  readonly waits: Pick<JournalWaits, 'wake'>
  /** Lets somebody else have what this one had. */
  readonly release: () => void
}

/** The time during which somebody is a journal's writer, or reads it under a name: nobody else is meanwhile. */
export class JournalTenure {
  readonly #who: string
  readonly #parts: JournalTenureParts
  #over = false

  /** @param who how messages call whom it makes: `journal orders: its writer` */
  constructor(who: string, parts: JournalTenureParts) {
    this.#who = who
    this.#parts = parts
  }

  get isOver(): boolean {
    return this.#over
  }

  /** @throws SignalboxError `CLOSED` when it is over */
  assert(): void {
    if (this.#over) throw new SignalboxError('CLOSED', `${this.#who} was closed here`)
  }

  /** Ends it, and the waits here. Harmless twice. */
  end(): void {
    if (this.#over) return
    this.#over = true
    this.#parts.waits.wake()
    this.#parts.release()
  }
}
