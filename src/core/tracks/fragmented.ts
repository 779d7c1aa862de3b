import { type Observable, Subject } from 'rxjs'
import {
  type CloseReason,
  type Connection,
  type FrameSink,
  LentFrame,
  type Limits,
  type PeerIdentity,
  SignalboxError,
} from '../contracts/index.js'

/** Bytes in front of each cell: whether more of its frame follows. */
const HEADER = 1
const LAST = 0
const MORE = 1

/** Options of {@link fragmented}. */
export interface FragmentedOptions {
  /**
   * Bytes of the largest frame, the same on both sides. A receiver never holds more than that.
   * @default 16 KiB: while a frame leaves, no other one does
   */
  readonly largest?: number
}

/** Bytes of the largest frame over cells, where nobody says otherwise. */
export const LARGEST_FRAGMENTED = 16 * 1024

/**
 * Makes frames of any size, up to a bound, out of cells that are too small to speak in: each frame travels as
 * cells with one byte in front. The connection must be reliable and in order, and take cells of 2 B at least.
 */
export function fragmented(connection: Connection, options: FragmentedOptions = {}): Connection {
  return new FragmentedConnection(connection, options.largest ?? LARGEST_FRAGMENTED)
}

class FragmentedConnection implements Connection {
  readonly limits: Limits
  readonly writable$: Observable<void>
  readonly closed: Promise<CloseReason>
  readonly #writable = new Subject<void>()
  readonly #frame = new LentFrame()
  #cell = new Uint8Array(0)
  /** What has not left yet of the frame that was taken last. */
  #rest: Uint8Array | undefined
  #refused = false
  #over = false
  #closing: Promise<void> | undefined
  /** Called when the last cell of the frame that was taken left. */
  #left = (): void => {}
  /** The cells of an unfinished frame, one after the other. */
  #arriving = new Uint8Array(0)
  #arrived = 0

  constructor(
    private readonly connection: Connection,
    largest: number,
  ) {
    this.limits = Object.freeze({ maxFrame: largest })
    this.writable$ = this.#writable.asObservable()
    const writable = connection.writable$.subscribe(() => this.#goOn())
    this.closed = connection.closed.then(reason => {
      writable.unsubscribe()
      this.#over = true
      this.#rest = undefined
      this.#left()
      this.#writable.complete()
      return reason
    })
  }

  get remote(): PeerIdentity {
    return this.connection.remote
  }

  send(frame: Uint8Array): 'sent' | 'full' {
    if (frame.length > this.limits.maxFrame) throw tooLarge(frame.length, this.limits.maxFrame)
    if (this.#rest !== undefined || this.#over || this.#closing !== undefined) {
      this.#refused = true
      return 'full'
    }
    const rest = this.#sendCells(frame)
    if (rest !== undefined) this.#rest = new Uint8Array(rest) // the caller's bytes are its own again
    return 'sent'
  }

  receive(sink: FrameSink): void {
    this.connection.receive(({ bytes }) => this.#take(bytes, sink))
  }

  pause(): void {
    this.connection.pause()
  }

  resume(): void {
    this.connection.resume()
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAfterRest()
    return this.#closing
  }

  abort(error?: SignalboxError): void {
    this.connection.abort(error)
  }

  async #closeAfterRest(): Promise<void> {
    if (this.#rest !== undefined) {
      await new Promise<void>(resolve => {
        this.#left = resolve
      })
    }
    await this.connection.close()
    await this.closed
  }

  #goOn(): void {
    if (this.#rest !== undefined) this.#rest = this.#sendCells(this.#rest)
    if (this.#rest !== undefined) return
    this.#left()
    if (!this.#refused || this.#closing !== undefined) return
    this.#refused = false
    this.#writable.next()
  }

  /** Sends cells until the connection takes no more; returns what is left of the frame. */
  #sendCells(frame: Uint8Array): Uint8Array | undefined {
    const size = this.connection.limits.maxFrame - HEADER
    let at = 0
    do {
      const end = Math.min(at + size, frame.length)
      const cell = this.#cellOf(end - at)
      cell[0] = end < frame.length ? MORE : LAST
      cell.set(frame.subarray(at, end), HEADER)
      if (this.connection.send(cell) === 'full') return frame.subarray(at)
      at = end
    } while (at < frame.length)
    return undefined
  }

  #cellOf(payload: number): Uint8Array {
    const length = HEADER + payload
    if (this.#cell.length < length) this.#cell = new Uint8Array(length)
    return this.#cell.subarray(0, length)
  }

  #take(cell: Uint8Array, sink: FrameSink): void {
    if (this.#over) return
    const kind = cell[0]
    const length = this.#arrived + cell.length - HEADER
    if (kind !== LAST && kind !== MORE) this.#violated('a cell begins with neither 0 nor 1')
    else if (kind === MORE && cell.length === HEADER)
      this.#violated('a cell without content has no successor')
    else if (length > this.limits.maxFrame)
      this.#violated(`a frame is over the ${this.limits.maxFrame} B allowed`)
    else if (kind === LAST && this.#arrived === 0) sink(this.#frame.reset(cell, HEADER, cell.length, false))
    else this.#append(cell.subarray(HEADER), kind === LAST, sink)
  }

  #append(piece: Uint8Array, isLast: boolean, sink: FrameSink): void {
    const length = this.#arrived + piece.length
    if (this.#arriving.length < length) {
      // Grows with what is there, not with what a peer promises (I12).
      const larger = new Uint8Array(Math.min(this.limits.maxFrame, 2 * length))
      larger.set(this.#arriving.subarray(0, this.#arrived))
      this.#arriving = larger
    }
    this.#arriving.set(piece, this.#arrived)
    this.#arrived = isLast ? 0 : length
    if (isLast) sink(this.#frame.reset(this.#arriving, 0, length, false))
  }

  #violated(what: string): void {
    this.#over = true
    this.abort(new SignalboxError('PROTOCOL_VIOLATION', `the peer broke the rules of fragmentation: ${what}`))
  }
}

function tooLarge(length: number, largest: number): SignalboxError {
  return new SignalboxError(
    'FRAME_TOO_LARGE',
    `a frame of ${length} B is over the ${largest} B that travel in cells; use a link (it cuts messages into parts)`,
  )
}
