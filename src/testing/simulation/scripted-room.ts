import type { InPlaceSender } from '../../core/contracts/connection.js'
import { POISON } from '../poisoned.js'

/** Bytes of the room, unless a frame needs more: a few frames fit. */
const ROOM = 128

/** Where a scripted stream lets its senders write in place. It is overwritten when it is full: what was to be copied before is lost. */
export class ScriptedRoom implements InPlaceSender {
  room = new Uint8Array(ROOM)
  #filled = 0
  #listener = (): void => {}

  /**
   * @param admits whether so many bytes may be sent now
   * @param send takes a copy of them
   */
  constructor(
    private readonly admits: (length: number) => boolean,
    private readonly send: (frame: Uint8Array) => void,
  ) {}

  reserve(length: number): number {
    if (!this.admits(length)) return -1
    if (this.#filled + length > this.room.length) this.#startOver(length)
    return this.#filled
  }

  commit(length: number): void {
    const start = this.#filled
    this.#filled += length
    this.send(this.room.subarray(start, this.#filled))
  }

  beforeReuse(listener: () => void): void {
    this.#listener = listener
  }

  #startOver(length: number): void {
    this.#listener()
    this.room.fill(POISON)
    this.#filled = 0
    if (length > this.room.length) this.room = new Uint8Array(length)
  }
}
