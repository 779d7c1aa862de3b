import type { Socket } from 'node:net'
import { assertNoSink, type FrameSink, LentFrame } from '../../core/contracts/index.js'
import { readInto } from './read-into.js'
import { makeSegment } from './segment-pool.js'

/** Bytes of one read, at most: as many as Node's own, beyond which a system call costs little beside them. */
const READ_BYTES = 64 * 1024

/**
 * Lends what arrives at a socket to one sink. All of it is read into the same buffer, and lent from there; only what
 * comes before there is a sink is kept, by the socket's stream, which stops reading when it has enough.
 */
export class SocketReader {
  readonly #socket: Socket | undefined
  readonly #name: string
  readonly #frame = new LentFrame()
  #sink: FrameSink | undefined
  #paused = false
  #discards = false

  /**
   * @param socket connected; undefined where nothing can arrive
   * @param name how messages call the connection
   */
  constructor(socket: Socket | undefined, name: string) {
    this.#socket = socket
    this.#name = name
    if (socket === undefined) return
    readInto(socket, makeSegment(READ_BYTES), this.#onRead)
    // Starts to read, into the stream: the peer's end is seen even while there is no sink.
    socket.read(0)
  }

  /** @throws SignalboxError `CLOSED` when there is a sink already. */
  receive(sink: FrameSink): void {
    assertNoSink(this.#sink, this.#name)
    this.#sink = sink
    if (this.#discards) return
    this.#socket?.on('data', this.#onData)
    if (!this.#paused) this.#socket?.resume()
  }

  /** Stops reading at the socket. */
  pause(): void {
    this.#paused = true
    if (!this.#discards) this.#socket?.pause()
  }

  /** Reads again. */
  resume(): void {
    this.#paused = false
    if (this.#sink !== undefined) this.#socket?.resume()
  }

  /** Nobody gets what still arrives. It is read all the same, so that the peer's end is seen. */
  discard(): void {
    this.#discards = true
    this.#socket?.off('data', this.#onData)
    this.#socket?.resume()
  }

  readonly #onRead = (length: number, buffer: Uint8Array): boolean => {
    const socket = this.#socket
    if (this.#discards || socket === undefined) return true
    // What the stream has came before this, and goes first.
    if (this.#sink === undefined || this.#paused || socket.readableLength > 0)
      return socket.push(Buffer.from(buffer.subarray(0, length)))
    this.#sink(this.#frame.reset(buffer, 0, length, false))
    return true
  }

  // The stream's pieces are allocations that nobody else has, so keeping one costs nothing.
  readonly #onData = (bytes: Buffer): void => {
    this.#sink?.(this.#frame.reset(bytes, 0, bytes.length, true))
  }
}
