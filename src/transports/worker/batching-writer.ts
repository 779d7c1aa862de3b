import type { MessagePort } from 'node:worker_threads'
import { type InPlaceSender, overCommit, sendInPlace } from '../../core/contracts/index.js'
import { OutgoingBatch } from './batch.js'

/**
 * Bytes of one turn of the event loop from which on `send` says `full` until the next one. It bounds nothing; but a
 * sender that nobody ever stops would keep its thread from hearing anything, the peer's end included.
 */
const TURN = 1024 * 1024

const NO_ROOM = new Uint8Array(0)

/** Posts all that is sent within one turn of the event loop in one message: when its room is full, or at the turn's end. */
export class BatchingWriter implements InPlaceSender {
  #batch: OutgoingBatch | undefined
  #reserved = -1
  /** Bytes taken in this turn. */
  #taken = 0
  #refused = false
  #flushScheduled = false
  #closed = false

  /** @param writable called, never from inside a send, when a send that was refused may be tried again */
  constructor(
    private readonly port: MessagePort,
    private readonly writable: () => void,
  ) {}

  /** Takes a copy of `frame`, or refuses it until the next turn. */
  send(frame: Uint8Array): 'sent' | 'full' {
    return sendInPlace(this, frame)
  }

  get room(): Uint8Array {
    return this.#batch?.bytes ?? NO_ROOM
  }

  reserve(length: number): number {
    this.#reserved = -1
    if (!this.#admits(length)) return -1
    if (this.#batch?.fits(length) !== true) {
      this.#post()
      if (this.#batch?.fits(length) !== true) this.#batch = new OutgoingBatch(length)
    }
    this.#reserved = length
    return this.#batch.at
  }

  commit(length: number): void {
    if (this.#batch === undefined || length > this.#reserved) throw overCommit(length, this.#reserved)
    this.#reserved = -1
    this.#batch.add(length)
    this.#taken += length + 1 // empty ones count too
    if (this.#flushScheduled) return
    this.#flushScheduled = true
    queueMicrotask(this.#afterThisMicrotask)
  }

  /** Posts what there is; nothing is taken afterwards. */
  close(): void {
    this.#post()
    this.discard()
  }

  /** Forgets what there is; nothing is taken afterwards. */
  discard(): void {
    this.#closed = true
    this.#batch = undefined
    this.#reserved = -1
  }

  #admits(length: number): boolean {
    if (this.#closed) return false
    if (this.#taken === 0 || this.#taken + length < TURN) return true
    this.#refused = true
    return false
  }

  // A tick that is asked for from inside a microtask runs when the queue of microtasks is empty.
  readonly #afterThisMicrotask = (): void => process.nextTick(this.#endOfTurn)

  readonly #endOfTurn = (): void => {
    this.#flushScheduled = false
    this.#taken = 0
    this.#post()
    if (this.#refused) setImmediate(this.#nextTurn)
  }

  readonly #nextTurn = (): void => {
    this.#refused = false
    if (!this.#closed) this.writable()
  }

  #post(): void {
    const batch = this.#batch
    if (batch === undefined || batch.isEmpty) return
    this.#reserved = -1
    const { message, gone } = batch.take()
    if (gone) this.#batch = undefined
    this.port.postMessage(message, [message])
  }
}
