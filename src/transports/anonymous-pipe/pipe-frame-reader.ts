import type { Socket } from 'node:net'
import { type Observable, Subject } from 'rxjs'
import { type CloseReason, SignalboxError } from '../../core/contracts/index.js'
import { socketFault } from '../socket/socket-fault.js'
import type { PipeEnd } from './pipe-end.js'
import { HEAD_BYTES, LARGEST_RECORD, LENGTH_BYTES, RecordFlag, WRITER_BYTES } from './pipe-record.js'

/** Options of {@link PipeFrameReader}. */
export interface PipeFrameReaderOptions {
  /** Bytes of the largest frame. @default 1 MiB */
  readonly maxFrame?: number
  /** Frames of which a part has come and the rest has not, at most: beyond that the oldest is given up. @default 64 */
  readonly maxUnfinished?: number
}

/** A frame of which the end never came, because its writer died. */
export interface TornFrame {
  /** Who wrote it, as its other frames said. */
  readonly writer: string
  /** Bytes that had come. */
  readonly bytes: number
}

/**
 * Receives a frame, which is the receiver's own. It must not throw.
 * @param writer tells whoever sent it from all other writers of the pipe
 */
export type PipeFrameSink = (frame: Uint8Array, writer: string) => void

interface Unfinished {
  readonly parts: Uint8Array[]
  bytes: number
}

const MIB = 1024 * 1024
const MAX_UNFINISHED = 64

/**
 * Reads the frames that one or several processes write into a pipe, each whole. It ends when all of its writers have. One that dies
 * in the middle of a frame disturbs nobody: what it had written of it is dropped, and {@link torn$} tells.
 */
export class PipeFrameReader implements AsyncDisposable {
  /**
   * Emits a frame that will never be whole: when its writer begins another one, when too many are unfinished, or when the
   * pipe ends. The system does not tell a reader which of several writers died. Completes at the end.
   */
  readonly torn$: Observable<TornFrame>
  /** Resolves when no frame will come any more; it never rejects. */
  readonly closed: Promise<CloseReason>
  readonly #stream: Socket
  readonly #maxFrame: number
  readonly #maxUnfinished: number
  readonly #torn = new Subject<TornFrame>()
  readonly #unfinished = new Map<string, Unfinished>()
  #rest: Buffer = Buffer.alloc(0)
  #sink: PipeFrameSink | undefined
  #paused = false
  #reading = false
  #ended = false
  #reason: CloseReason | undefined
  #resolveClosed: (reason: CloseReason) => void = () => {}

  /** @param end of a pipe, which belongs to the reader from now on. @throws SignalboxError `CLOSED`, `SYSTEM` */
  constructor(end: PipeEnd, { maxFrame = MIB, maxUnfinished = MAX_UNFINISHED }: PipeFrameReaderOptions = {}) {
    this.#maxFrame = maxFrame
    this.#maxUnfinished = maxUnfinished
    this.#stream = end.stream()
    this.torn$ = this.#torn.asObservable()
    this.#stream.on('end', () => {
      this.#ended = true
      this.#read()
    })
    this.#stream.on('error', error => {
      this.#reason ??= { by: 'fault', error: socketFault('a pipe', error) }
    })
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    this.#stream.once('close', () => {
      if (!this.#ended) this.#finish({ by: 'us' })
    })
  }

  /** Starts reading into `sink`; there is one. @throws SignalboxError `CLOSED` when there is one already */
  receive(sink: PipeFrameSink): void {
    if (this.#sink !== undefined) {
      throw new SignalboxError('CLOSED', 'the one sink of this pipe is taken; call receive once per reader')
    }
    this.#sink = sink
    this.#stream.on('data', (bytes: Buffer) => {
      this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
      this.#read()
    })
    if (this.#paused) this.#stream.pause()
  }

  /** Stops reading: the pipe fills up, and its writers wait. */
  pause(): void {
    this.#paused = true
    this.#stream.pause()
  }

  /** Reads again. */
  resume(): void {
    this.#paused = false
    if (this.#sink === undefined) return
    this.#stream.resume()
    setImmediate(() => this.#read())
  }

  /** Closes the end; writers hear of it with their next write. Closing twice is harmless. */
  async close(): Promise<void> {
    this.#end({ by: 'us' })
    await this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #read(): void {
    if (this.#reading || this.#reason !== undefined) return
    this.#reading = true
    let at = 0
    while (!this.#paused && this.#reason === undefined && this.#rest.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + this.#rest.readUInt32LE(at)
      if (end - at > LARGEST_RECORD || end - at < HEAD_BYTES) {
        this.#refuse('a record of no possible length')
        break
      }
      if (end > this.#rest.length) break
      this.#take(this.#rest, at, end)
      at = end
    }
    this.#rest = this.#rest.subarray(at)
    this.#reading = false
    if (this.#ended && !this.#paused) this.#finish({ by: 'peer' })
  }

  #take(from: Buffer, at: number, end: number): void {
    const writer = from.toString('hex', at + LENGTH_BYTES, at + LENGTH_BYTES + WRITER_BYTES)
    const flags = from[at + HEAD_BYTES - 1] ?? 0
    const part = from.subarray(at + HEAD_BYTES, end)
    const isFirst = (flags & RecordFlag.FIRST) !== 0
    const isLast = (flags & RecordFlag.LAST) !== 0
    if (isFirst) this.#giveUp(writer)
    if (isFirst && isLast) {
      this.#sink?.(part, writer)
      return
    }
    const unfinished = isFirst ? this.#begin(writer) : this.#unfinished.get(writer)
    if (unfinished === undefined) {
      this.#refuse('a part of a frame whose beginning never came')
      return
    }
    unfinished.bytes += part.length
    if (unfinished.bytes > this.#maxFrame) {
      this.#refuse(`a frame of more than ${this.#maxFrame} B`)
      return
    }
    unfinished.parts.push(Uint8Array.from(part)) // a small part should not keep all that was read with it
    if (!isLast) return
    this.#unfinished.delete(writer)
    this.#sink?.(Buffer.concat(unfinished.parts), writer)
  }

  #begin(writer: string): Unfinished {
    if (this.#unfinished.size >= this.#maxUnfinished) {
      const [oldest] = this.#unfinished.keys()
      if (oldest !== undefined) this.#giveUp(oldest)
    }
    const unfinished: Unfinished = { parts: [], bytes: 0 }
    this.#unfinished.set(writer, unfinished)
    return unfinished
  }

  #giveUp(writer: string): void {
    const torn = this.#unfinished.get(writer)
    if (torn === undefined) return
    this.#unfinished.delete(writer)
    this.#torn.next({ writer, bytes: torn.bytes })
  }

  #refuse(what: string): void {
    const advice =
      'whoever has the write end of this pipe has to write the records that the documentation shows'
    this.#end({
      by: 'fault',
      error: new SignalboxError('PROTOCOL_VIOLATION', `a pipe: ${what} arrived; ${advice}`),
    })
  }

  #end(reason: CloseReason): void {
    this.#reason ??= reason
    this.#stream.destroy()
    if (this.#stream.closed) this.#finish(reason)
  }

  #finish(reason: CloseReason): void {
    for (const writer of [...this.#unfinished.keys()]) this.#giveUp(writer)
    this.#torn.complete()
    this.#resolveClosed(this.#reason ?? reason)
  }
}
