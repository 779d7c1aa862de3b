import type { Grant } from './hello.js'
import { violation } from './violation.js'

/**
 * What a sender may still send in a lane (I7). Grants are totals since the lane began,
 * so that a lost, repeated or late one does no harm.
 */
export class SenderCredit {
  #messages: number
  #bytes: number
  #width: number
  #sentMessages = 0
  #sentBytes = 0

  constructor(window: Grant) {
    this.#messages = window.messages
    this.#bytes = this.#width = window.bytes
  }

  /** Bytes that may be on their way at once: as many as the receiver ever let. */
  get width(): number {
    return this.#width
  }

  /** Messages that may still begin. */
  get messages(): number {
    return this.#messages - this.#sentMessages
  }

  /** Bytes that may still be sent. */
  get bytes(): number {
    return this.#bytes - this.#sentBytes
  }

  spend(messages: number, bytes: number): void {
    this.#sentMessages += messages
    this.#sentBytes += bytes
  }

  /** Raises the totals to what the peer granted; older grants change nothing. */
  raise(messages: number, bytes: number): void {
    if (messages > this.#messages) this.#messages = messages
    if (bytes > this.#bytes) this.#bytes = bytes
    if (this.bytes > this.#width) this.#width = this.bytes
  }
}

/** What a receiver granted in a lane and what was used of it: a sender that takes more is cut off (I12). */
export class ReceiverCredit {
  #usedMessages = 0
  #usedBytes = 0
  #returnedMessages = 0
  #returnedBytes = 0
  /** What of it the sender was told. */
  #toldMessages = 0
  #toldBytes = 0

  #window: Grant

  constructor(window: Grant) {
    this.#window = window
  }

  /** What may be on its way at once. */
  get window(): Grant {
    return this.#window
  }

  /** Lets so many more bytes be on their way at once. */
  widen(bytes: number): void {
    this.#window = { ...this.#window, bytes: this.#window.bytes + bytes }
  }

  /** Whether a sender that makes use of its credit has little left, as far as it was told. */
  get isLow(): boolean {
    return (
      2 * (this.#returnedMessages - this.#toldMessages) >= this.window.messages ||
      2 * (this.#returnedBytes - this.#toldBytes) >= this.window.bytes
    )
  }

  /** The sender was told all that was granted. */
  told(): void {
    this.#toldMessages = this.#returnedMessages
    this.#toldBytes = this.#returnedBytes
  }

  /** Accounts for what arrived. @throws SignalboxError `PROTOCOL_VIOLATION` when it was not granted. */
  use(messages: number, bytes: number): void {
    this.#usedMessages += messages
    this.#usedBytes += bytes
    if (this.#usedMessages > this.messages || this.#usedBytes > this.bytes)
      throw violation('it sent more than its credit')
  }

  /** Lets the sender send as much again. */
  giveBack(messages: number, bytes: number): void {
    this.#returnedMessages += messages
    this.#returnedBytes += bytes
  }

  /** Messages granted in all. */
  get messages(): number {
    return this.#returnedMessages + this.window.messages
  }

  /** Bytes granted in all. */
  get bytes(): number {
    return this.#returnedBytes + this.window.bytes
  }
}
