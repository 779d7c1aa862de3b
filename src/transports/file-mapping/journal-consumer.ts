import { throwIfAborted } from '../../core/contracts/index.js'
import type { JournalCursor, JournalRecord } from './journal-cursor.js'
import type { JournalPlaces } from './journal-places.js'
import { JournalTenure, type JournalTenureParts } from './journal-tenure.js'
import type { JournalWaits } from './journal-waits.js'

/** What a {@link JournalConsumer} is made of. */
export interface JournalConsumerParts extends JournalTenureParts {
  /** How messages call it. */
  readonly journal: string
  readonly cursor: JournalCursor
  readonly places: JournalPlaces
  /** The number of its own place. */
  readonly place: number
  readonly waits: JournalWaits
}

/**
 * One who reads a journal under a name of his own, from where that name stopped. What was read counts as done when it is
 * committed: who is killed before that gets it again.
 */
export class JournalConsumer implements Disposable, AsyncIterable<JournalRecord> {
  readonly name: string
  readonly #parts: JournalConsumerParts
  readonly #tenure: JournalTenure
  /** The number of the record that comes next, unless it was dropped. */
  #next: number

  constructor(name: string, parts: JournalConsumerParts) {
    this.name = name
    this.#parts = parts
    this.#tenure = new JournalTenure(`${parts.journal}: its consumer ${name}`, parts)
    this.#next = parts.places.nextOf(parts.place)
    parts.cursor.seek(this.#next)
  }

  /** How many records were dropped before this name had read them, since it is known. */
  get dropped(): number {
    this.#tenure.assert()
    return this.#parts.places.droppedOf(this.#parts.place)
  }

  /**
   * The next record; undefined when there is none yet.
   * @throws SignalboxError `CLOSED`; `PROTOCOL_VIOLATION` for a damaged one, and each time from there on
   */
  read(): JournalRecord | undefined {
    this.#tenure.assert()
    const { cursor, places, place } = this.#parts
    const record = cursor.read()
    if (record === undefined) return undefined
    if (record.sequence > this.#next) {
      places.addDropped(place, record.sequence - this.#next)
      places.setNext(place, record.sequence) // what is gone is not counted again
    }
    this.#next = record.sequence + 1
    return record
  }

  /** Everything that was read is done with: it is not read again under this name, and its room may be used. */
  commit(): void {
    this.#tenure.assert()
    const { places, place, waits } = this.#parts
    if (places.nextOf(place) === this.#next) return
    places.setNext(place, this.#next)
    waits.roomMade()
  }

  /**
   * The next record, as soon as there is one; undefined when this is closed meanwhile.
   * @throws SignalboxError like {@link read}; `ABORTED`, `SYSTEM`
   */
  async next(signal?: AbortSignal): Promise<JournalRecord | undefined> {
    const { cursor, waits, journal } = this.#parts
    while (!this.#tenure.isOver) {
      throwIfAborted(`wait for a record of ${journal}`, signal)
      const record = this.read()
      if (record !== undefined) return record
      await waits.forRecord(() => cursor.sequence !== undefined, signal)
    }
    return undefined
  }

  /** All records, as they come, until this is closed. Each is committed when the loop asks for the next one. */
  async *[Symbol.asyncIterator](): AsyncIterator<JournalRecord> {
    for (;;) {
      const record = await this.next()
      if (record === undefined) return
      yield record
      if (this.#tenure.isOver) return
      this.commit()
    }
  }

  /** Lets somebody else read under this name, from where was committed. Harmless twice. */
  close(): void {
    this.#tenure.end()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
