import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { type Observable, Subject } from 'rxjs'
import { type CloseReason, SignalboxError } from '../../core/contracts/index.js'
import { socketFault } from '../socket/socket-fault.js'
import type { PipeEnd } from './pipe-end.js'
import { HEAD_BYTES, PART_BYTES, WRITE_BYTES, WRITER_BYTES, writeRecord } from './pipe-record.js'

/** Options of {@link PipeFrameWriter}. */
export interface PipeFrameWriterOptions {
  /** Bytes of the largest frame. @default 1 MiB, which readers take */
  readonly maxFrame?: number
  /** Bytes that may wait for the pipe before `send` says `full`. One frame is taken when nothing waits. @default 256 KiB */
  readonly highWaterMark?: number
}

const MIB = 1024 * 1024

/**
 * Writes frames into a pipe, whose write end other processes may have as well: no frame is mixed with another one's. A frame
 * travels in one write, or as parts of up to 4 KiB between which other writers have their turn. It is delivered as a whole
 * or, when its writer dies before the last part, not at all.
 */
export class PipeFrameWriter implements AsyncDisposable {
  /** Emits when a `send` that was refused may be tried again; completes at close. */
  readonly writable$: Observable<void>
  /** Resolves when nothing can be written any more; it never rejects. Nobody hears of it before the next write. */
  readonly closed: Promise<CloseReason>
  readonly #stream: Socket
  readonly #maxFrame: number
  readonly #highWaterMark: number
  readonly #self = randomBytes(WRITER_BYTES)
  readonly #writable = new Subject<void>()
  /** Whole writes that wait, the oldest first. */
  readonly #waiting: Buffer[] = []
  /** What may still be added to, and is the last of those that wait. */
  #open: { readonly write: Buffer; end: number } | undefined
  #bytes = 0
  #writing = false
  #refused = false
  #closing = false
  #fault: SignalboxError | undefined

  /** @param end of a pipe, which belongs to the writer from now on. @throws SignalboxError `CLOSED`, `SYSTEM` */
  constructor(end: PipeEnd, { maxFrame = MIB, highWaterMark = MIB / 4 }: PipeFrameWriterOptions = {}) {
    this.#maxFrame = maxFrame
    this.#highWaterMark = highWaterMark
    this.#stream = end.stream()
    this.writable$ = this.#writable.asObservable()
    this.#stream.on('error', error => {
      this.#fault = socketFault('a pipe', error)
    })
    this.closed = new Promise(resolve => {
      this.#stream.once('close', () => {
        this.#closing = true
        this.#writable.complete()
        resolve(this.#fault === undefined ? { by: 'us' } : { by: 'fault', error: this.#fault })
      })
    })
  }

  /**
   * Takes a copy of `frame`, or says `full`: then nothing was taken. After close it says `full` forever.
   * @throws SignalboxError `FRAME_TOO_LARGE`
   */
  send(frame: Uint8Array): 'sent' | 'full' {
    if (frame.length > this.#maxFrame) {
      const why = `a frame of ${frame.length} B is over this pipe's ${this.#maxFrame} B; cut it, or raise maxFrame on both sides`
      throw new SignalboxError('FRAME_TOO_LARGE', why)
    }
    if (this.#closing) return 'full'
    if (this.#bytes > 0 && this.#bytes + frame.length > this.#highWaterMark) {
      this.#refused = true
      return 'full'
    }
    this.#pack(frame)
    if (!this.#writing) {
      this.#writing = true
      queueMicrotask(this.#writeNext) // what is sent in one turn travels together
    }
    return 'sent'
  }

  /** Lets everything that was sent leave, then closes the end. It waits as long as nobody reads. Closing twice is harmless. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true
      if (!this.#writing) this.#stream.end(() => this.#stream.destroy())
    }
    await this.closed
  }

  /** Ends at once; what did not leave is lost. */
  abort(): void {
    this.#closing = true
    this.#stream.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #pack(frame: Uint8Array): void {
    for (let start = 0; ; start += PART_BYTES) {
      const bytes = HEAD_BYTES + Math.min(frame.length - start, PART_BYTES)
      let open = this.#open
      if (open === undefined || open.end + bytes > WRITE_BYTES) {
        this.#seal()
        open = { write: Buffer.allocUnsafe(WRITE_BYTES), end: 0 }
        this.#open = open
      }
      open.end = writeRecord(open.write, open.end, this.#self, frame, start)
      this.#bytes += bytes
      if (start + PART_BYTES >= frame.length) return
    }
  }

  #seal(): void {
    if (this.#open !== undefined) this.#waiting.push(this.#open.write.subarray(0, this.#open.end))
    this.#open = undefined
  }

  // One at a time: the stream would put several that wait into one write, which the system might cut.
  readonly #writeNext = (): void => {
    if (this.#waiting.length === 0) this.#seal()
    const next = this.#waiting.shift()
    if (next !== undefined) {
      this.#stream.write(next, error => {
        this.#bytes -= next.length
        if (!error) this.#writeNext()
      })
    } else {
      this.#writing = false
      if (this.#closing) this.#stream.end(() => this.#stream.destroy())
    }
    if (this.#refused && this.#bytes <= this.#highWaterMark / 2) {
      this.#refused = false
      this.#writable.next()
    }
  }
}
