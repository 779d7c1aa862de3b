import { setImmediate as nextTurn } from 'node:timers/promises'
import { SignalboxError } from '../../core/contracts/index.js'
import type { FileMapping } from './file-mapping.js'
import { JournalBell } from './journal-bell.js'
import { JournalConsumer } from './journal-consumer.js'
import { JournalCursor } from './journal-cursor.js'
import { openJournalFile } from './journal-file.js'
import { isReasonable, type JournalShape, readHead, wholePages } from './journal-layout.js'
import { JournalLog } from './journal-log.js'
import { JournalPlaces } from './journal-places.js'
import { JournalWaits } from './journal-waits.js'
import { JournalWriter } from './journal-writer.js'

/** How a journal is made; one that is there already stays as it is. */
export interface JournalOptions {
  /**
   * Bytes of the ring of records, rounded up to whole pages, up to 4 GiB. A record takes 24 bytes more than it has, and has at
   * most half of the ring.
   * @default 1 MiB
   */
  readonly bytes?: number
  /**
   * What happens to a record for which there is no room because a consumer has not read the oldest ones: it waits (`append` says
   * `full`; as long as there is no consumer, nothing is ever overwritten), or the oldest ones are dropped, and the consumer is told how many.
   * @default 'block'
   */
  readonly overflow?: 'block' | 'drop-oldest'
  /**
   * What flushed records survive: the end of every process, which costs nothing, or the end of the machine, too. For that, room is not used
   * again before the disk knows that it is free: `append` says `full` meanwhile.
   * @default 'process'
   */
  readonly survives?: 'process' | 'machine'
  /**
   * How many consumers there can be, 1,024 at most.
   * @default 16
   */
  readonly consumers?: number
}

/** A consumer that a journal knows, whether or not somebody reads under its name now. */
export interface KnownConsumer {
  readonly name: string
  /** The number of the record that it reads next. */
  readonly next: number
  /** How many records were dropped before it had read them. */
  readonly dropped: number
}

/** The locks in the file. */
const Lock = { WRITER: 0, PLACES: 1, FIRST_PLACE: 2 } as const

/** ms that one waits for those who add or remove a consumer, which takes microseconds. */
const PATIENCE = 5000

/**
 * Records in a file, which outlive the processes that wrote them, and wait for those who read them. One process at a time
 * appends; consumers have names, and each name goes on where it stopped, in whatever process, today or tomorrow.
 *
 * A record is read whole or not at all: each has a checksum, and what a killed process had not finished does not count. What
 * `append` has taken survives this process from then on.
 *
 * @example
 * ```ts
 * using journal = await Journal.open('orders.journal')
 * using writer = await journal.writer()
 * writer.append(Buffer.from('one coffee'))
 * // in another process, maybe tomorrow
 * using journal = await Journal.open('orders.journal')
 * using billing = await journal.consumer('billing')
 * for await (const { sequence, bytes } of billing) await bill(bytes)
 * ```
 */
export class Journal implements Disposable {
  readonly path: string
  readonly #file: FileMapping
  readonly #shape: JournalShape
  readonly #bell: JournalBell
  readonly #waits: JournalWaits
  readonly #places: JournalPlaces
  readonly #open = new Set<Disposable>()
  /** The locks that are had here: to the system, all who have this file open here are one. */
  readonly #locks = new Set<number>()

  private constructor(path: string, file: FileMapping, shape: JournalShape) {
    this.path = path
    this.#file = file
    this.#shape = shape
    this.#bell = new JournalBell(path)
    this.#waits = new JournalWaits(file.buffer, this.#bell)
    this.#places = new JournalPlaces(file.buffer, shape)
  }

  /**
   * Opens a journal, and makes one that only this user may open where there is none. What was torn by the end of a machine is cut
   * off, unless somebody writes already: for that, all records are read.
   * @throws SignalboxError `CONFIG_INVALID` for sizes that cannot be; `ADDRESS_INVALID`, also for a file that is no journal;
   * `ACCESS_DENIED`, `LIMIT_EXCEEDED`, `TRANSPORT_UNAVAILABLE`, `SYSTEM`
   */
  static async open(path: string, options: JournalOptions = {}): Promise<Journal> {
    const { bytes = 1024 * 1024, overflow = 'block', survives = 'process', consumers: places = 16 } = options
    const ring = wholePages(bytes)
    if (!isReasonable({ ring, places })) {
      const why = `journal ${path}: bytes must be from 1 to 2^32, and consumers from 1 to 1024, not ${bytes} and ${places}`
      throw new SignalboxError('CONFIG_INVALID', why)
    }
    const file = openJournalFile(path, { overflow, survives, places, ring })
    try {
      const journal = new Journal(path, file, readHead(path, file.bytes))
      await journal.#recover()
      return journal
    } catch (error) {
      file.unmap()
      throw error
    }
  }

  /**
   * The right to append, which one has at a time.
   * @throws SignalboxError `ADDRESS_IN_USE` when somebody else writes; `CLOSED`, `SYSTEM`
   */
  async writer(): Promise<JournalWriter> {
    if (!this.#lock(Lock.WRITER)) {
      throw new SignalboxError(
        'ADDRESS_IN_USE',
        `journal ${this.path}: somebody writes already, and one does at a time`,
      )
    }
    const log = await this.#recovered()
    const writer: JournalWriter = new JournalWriter({
      name: `journal ${this.path}`,
      log,
      waits: this.#waits,
      flush: () => this.#file.flush(),
      release: () => this.#release(writer, Lock.WRITER),
    })
    this.#open.add(writer)
    this.#waits.recordAppended()
    return writer
  }

  /**
   * Reads under a name, from where that name stopped; a new one begins with the oldest record that there is.
   * @throws SignalboxError `ADDRESS_IN_USE` when somebody reads under that name; `LIMIT_EXCEEDED` when there are as many
   * consumers as can be; `ADDRESS_INVALID` for what is no name; `CLOSED`, `SYSTEM`
   */
  async consumer(name: string): Promise<JournalConsumer> {
    const cursor = new JournalCursor(`journal ${this.path}`, this.#file.buffer, this.#shape)
    const place = await this.#exclusively(() => {
      const known = this.#placeOf(name)
      if (known !== undefined) return this.#taken(known, name)
      cursor.seek(0)
      const next = cursor.sequence ?? this.#places.greatest()
      return this.#taken(this.#places.add(`journal ${this.path}`, name, next), name)
    })
    const consumer: JournalConsumer = new JournalConsumer(name, {
      journal: `journal ${this.path}`,
      cursor,
      places: this.#places,
      place,
      waits: this.#waits,
      release: () => this.#release(consumer, Lock.FIRST_PLACE + place),
    })
    this.#open.add(consumer)
    this.#waits.roomMade()
    return consumer
  }

  /** All consumers that are known. @throws SignalboxError `CLOSED` */
  consumers(): KnownConsumer[] {
    this.#file.bytes // throws when it is closed
    return [...this.#places.taken()].map(([place, name]) => ({
      name,
      next: this.#places.nextOf(place),
      dropped: this.#places.droppedOf(place),
    }))
  }

  /**
   * Forgets a consumer: nothing waits for it any more. False when there is none of that name.
   * @throws SignalboxError `ADDRESS_IN_USE` when somebody reads under that name; `CLOSED`, `SYSTEM`
   */
  async removeConsumer(name: string): Promise<boolean> {
    return this.#exclusively(() => {
      const place = this.#placeOf(name)
      if (place === undefined) return false
      this.#taken(place, name)
      this.#places.remove(place)
      this.#unlock(Lock.FIRST_PLACE + place)
      this.#waits.roomMade()
      return true
    })
  }

  /** Closes it, and all that it gave. Harmless twice. */
  close(): void {
    for (const open of this.#open) open[Symbol.dispose]()
    this.#bell.close()
    this.#file.unmap()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Cuts off what is torn, for good. Where somebody writes, he has done so. */
  async #recover(): Promise<void> {
    if (!this.#lock(Lock.WRITER)) return
    await this.#recovered()
    this.#unlock(Lock.WRITER)
  }

  /** Only for who has the lock of the writer, and lets go of it when this throws. */
  async #recovered(): Promise<JournalLog> {
    try {
      const log = new JournalLog(`journal ${this.path}`, this.#file.buffer, this.#shape)
      if (log.recover()) await this.#file.flush()
      return log
    } catch (error) {
      this.#unlock(Lock.WRITER)
      throw error
    }
  }

  #placeOf(name: string): number | undefined {
    for (const [place, known] of this.#places.taken()) if (known === name) return place
    return undefined
  }

  #taken(place: number, name: string): number {
    if (this.#lock(Lock.FIRST_PLACE + place)) return place
    const why = `journal ${this.path}: somebody reads as ${name} already; read under another name`
    throw new SignalboxError('ADDRESS_IN_USE', why)
  }

  async #exclusively<T>(run: () => T): Promise<T> {
    const end = performance.now() + PATIENCE
    while (!this.#lock(Lock.PLACES)) {
      if (performance.now() > end) {
        throw new SignalboxError('SYSTEM', `journal ${this.path}: a process that changes its consumers hangs`)
      }
      await nextTurn()
    }
    try {
      return run()
    } finally {
      this.#unlock(Lock.PLACES)
    }
  }

  #lock(number: number): boolean {
    if (this.#locks.has(number) || !this.#file.lock(number)) return false
    this.#locks.add(number)
    return true
  }

  #unlock(number: number): void {
    this.#locks.delete(number)
    this.#file.unlock(number)
  }

  #release(user: Disposable, lock: number): void {
    this.#open.delete(user)
    this.#unlock(lock)
  }
}
