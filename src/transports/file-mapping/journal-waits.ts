import type { JournalBell } from './journal-bell.js'
import { Word32 } from './journal-layout.js'

/** The bit that says that somebody waits; the others count how often. */
const WANTED = 1

/**
 * How writer and consumers wait for each other. Who waits says so in the file, looks once more, and sleeps; who has done
 * something about it looks whether somebody waits. One of the two sees the other, so that a ring is never missed, and costs
 * nothing where nobody waits.
 */
export class JournalWaits {
  readonly #bell: JournalBell
  readonly #words: Int32Array

  constructor(buffer: ArrayBufferLike, bell: JournalBell) {
    this.#bell = bell
    this.#words = new Int32Array(buffer, 0, Word32.ROOM_WANTED + 1)
  }

  /** Also for who takes over from one who may have been killed before he told. */
  recordAppended(): void {
    this.#tell(Word32.RECORD_WANTED)
  }

  /** The same of room. */
  roomMade(): void {
    this.#tell(Word32.ROOM_WANTED)
  }

  /** Resolves when there may be a record. @throws SignalboxError `SYSTEM` */
  async forRecord(isThere: () => boolean, signal?: AbortSignal): Promise<void> {
    await this.#wait(Word32.RECORD_WANTED, isThere, signal)
  }

  /** Resolves when there may be room. @throws SignalboxError `SYSTEM` */
  async forRoom(isThere: () => boolean, signal?: AbortSignal): Promise<void> {
    await this.#wait(Word32.ROOM_WANTED, isThere, signal)
  }

  /** Whoever waits here looks again. */
  wake(): void {
    this.#bell.wake()
  }

  #tell(wanted: number): void {
    const words = this.#words
    const asked = Atomics.load(words, wanted)
    if ((asked & WANTED) === 0) return
    // Before it counts as done: who is killed in between has his successor ring.
    this.#bell.ring()
    Atomics.compareExchange(words, wanted, asked, asked & ~WANTED)
  }

  async #wait(wanted: number, isThere: () => boolean, signal?: AbortSignal): Promise<void> {
    this.#bell.listen()
    this.#ask(wanted)
    if (!isThere() && !signal?.aborted) await this.#bell.wait(signal)
  }

  /** With another number each time: who rang for an earlier one does not take it back. */
  #ask(wanted: number): void {
    const words = this.#words
    for (;;) {
      const before = Atomics.load(words, wanted)
      if (Atomics.compareExchange(words, wanted, before, (before + 2) | WANTED) === before) return
    }
  }
}
