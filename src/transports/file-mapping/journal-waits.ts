import type { JournalBell } from './journal-bell.js'
import { Word32 } from './journal-layout.js'

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

  recordAppended(): void {
    this.#tell(Word32.RECORD_WANTED)
  }

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
    if (Atomics.load(this.#words, wanted) !== 0 && Atomics.exchange(this.#words, wanted, 0) !== 0) {
      this.#bell.ring()
    }
  }

  async #wait(wanted: number, isThere: () => boolean, signal?: AbortSignal): Promise<void> {
    this.#bell.listen()
    Atomics.store(this.#words, wanted, 1)
    if (!isThere() && !signal?.aborted) await this.#bell.wait(signal)
  }
}
