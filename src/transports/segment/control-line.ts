import {
  type CloseReason,
  type Connection,
  type PeerIdentity,
  SignalboxError,
} from '../../core/contracts/index.js'
import { brokenRule } from './broken-rule.js'

/** The one thing that is said once the memory is shared. */
const BELL = 0x42
const BELLS = Uint8Array.of(BELL)

/** Bytes that may wait to be read while the two sides introduce themselves. */
const MOST_UNREAD = 1024

interface Reading {
  readonly length: number
  readonly resolve: (bytes: Buffer) => void
  readonly reject: (error: SignalboxError) => void
}

/**
 * The control connection of shared memory. First the two sides introduce themselves over it, in bytes of agreed
 * length; from then on it carries the bell, one byte each time, and its end is the peer's.
 */
export class ControlLine {
  readonly #connection: Connection
  #unread = Buffer.alloc(0)
  #reading: Reading | undefined
  #ended = false
  #bell: (() => void) | undefined
  #broken: ((error: SignalboxError) => void) | undefined

  /** @param connection a stream, which is ours from here on */
  constructor(connection: Connection) {
    this.#connection = connection
    void connection.closed.then(() => {
      this.#ended = true
      this.#reading?.reject(hungUp())
    })
    connection.receive(({ bytes }) => this.#take(bytes))
  }

  /** Whom the kernel says that it is with. */
  get remote(): PeerIdentity {
    return this.#connection.remote
  }

  get closed(): Promise<CloseReason> {
    return this.#connection.closed
  }

  /**
   * The next `length` bytes; one call at a time.
   * @throws SignalboxError `CLOSED` when the line ends before; `PROTOCOL_VIOLATION` when the peer says too much
   */
  read(length: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#reading = { length, resolve, reject }
      if (!this.#satisfy() && this.#ended) reject(hungUp())
    })
  }

  /** Says `bytes`; what does not fit is lost, together with the line that is so full. */
  write(bytes: Uint8Array): void {
    if (this.#connection.send(bytes) === 'full' && !this.#ended) this.abort()
  }

  /** From now on, every byte is a bell. */
  onBell(bell: () => void, broken: (error: SignalboxError) => void): void {
    this.#bell = bell
    this.#broken = broken
    if (this.#unread.length === 0) return
    const early = this.#unread
    this.#unread = Buffer.alloc(0)
    setImmediate(() => this.#hear(early))
  }

  /** Wakes the peer. One that has so many bells before it that no other fits does not miss this one. */
  ring(): void {
    this.#connection.send(BELLS)
    this.#connection.flush?.()
  }

  /** Ends the line; the peer reads what was said, and then the end. */
  close(): Promise<void> {
    return this.#connection.close()
  }

  abort(): void {
    this.#connection.abort()
  }

  #take(bytes: Uint8Array): void {
    if (this.#bell !== undefined) {
      this.#hear(bytes)
      return
    }
    this.#unread = Buffer.concat([this.#unread, bytes])
    this.#satisfy()
    if (this.#unread.length <= MOST_UNREAD) return
    this.#reading?.reject(brokenRule('it says more than there is to say'))
    this.abort()
  }

  #hear(bytes: Uint8Array): void {
    const other = bytes.findIndex(byte => byte !== BELL)
    if (other >= 0) {
      this.#broken?.(brokenRule(`the byte ${bytes[other]} on its control connection is no bell`))
      return
    }
    this.#bell?.()
  }

  #satisfy(): boolean {
    const reading = this.#reading
    if (reading === undefined || this.#unread.length < reading.length) return false
    this.#reading = undefined
    reading.resolve(this.#unread.subarray(0, reading.length))
    this.#unread = this.#unread.subarray(reading.length)
    return true
  }
}

function hungUp(): SignalboxError {
  return new SignalboxError('CLOSED', 'the peer hung up before the memory was shared')
}
