import { aborted, SignalboxError, throwIfAborted } from '../../core/contracts/index.js'
import {
  type Handle,
  kernel32,
  type NativeMemory,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'
import { type Completion, OverlappedIo } from '../../native/win32/overlapped-io.js'

/** Bytes that are read at once; a longer message comes in pieces. */
const ROOM = 64 * 1024
/** The smallest buffer that is sure to stay in place while the system reads it: V8 moves what is smaller. */
const SMALLEST = 128

/** How the system says that the other end is gone. */
const ENDED = new Set<number>([Win32Error.BROKEN_PIPE, Win32Error.PIPE_NOT_CONNECTED, Win32Error.NO_DATA])

/** What one call on a pipe takes. */
export interface PipeCallOptions {
  /** Gives up when it fires; the promise rejects with `ABORTED`. */
  readonly signal?: AbortSignal
}

/** Reads and writes an overlapped pipe: one call after the other each way, and both ways at once. */
export class PipeIo {
  readonly #reads: OverlappedIo
  readonly #writes: OverlappedIo
  readonly #readTurn = new Turn()
  readonly #writeTurn = new Turn()
  readonly #room = Buffer.allocUnsafeSlow(ROOM)
  #closed = false

  /**
   * @param path how messages call it
   * @param pipe becomes this one's, which closes it
   * @param whole whether what is read are messages
   * @param longest bytes of a message that is read
   */
  constructor(
    private readonly path: string,
    private readonly pipe: Handle,
    private readonly whole: boolean,
    private readonly longest: number,
  ) {
    this.#reads = new OverlappedIo(pipe)
    this.#writes = new OverlappedIo(pipe)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** The next message, or some bytes; undefined when the other end is gone. */
  read({ signal }: PipeCallOptions): Promise<Uint8Array | undefined> {
    const what = `read ${this.path}`
    return this.#readTurn.take(async () => {
      for (;;) {
        const bytes = await this.#message(await this.#piece(what, signal), what)
        // Of a stream, no bytes are no news.
        if (this.whole || bytes?.length !== 0) return bytes
      }
    })
  }

  write(bytes: Uint8Array, { signal }: PipeCallOptions): Promise<void> {
    const own = copyOf(bytes)
    return this.#writeTurn.take(async () => {
      const { code } = await this.#complete(this.#writes, `write to ${this.path}`, signal, overlapped =>
        kernel32().WriteFile(this.pipe, own, bytes.length, null, overlapped),
      )
      if (code !== 0) throw this.#failure('WriteFile to', code)
    })
  }

  /** Writes a message and reads the answer, with nothing else in between; a read that is under way comes first. */
  transact(request: Uint8Array, { signal }: PipeCallOptions): Promise<Uint8Array> {
    const own = copyOf(request)
    const what = `ask ${this.path}`
    const exchange = async () => {
      const first = await this.#complete(this.#reads, what, signal, overlapped =>
        kernel32().TransactNamedPipe(this.pipe, own, request.length, this.#room, ROOM, null, overlapped),
      )
      const answer = await this.#message(first, what)
      if (answer === undefined) throw this.#failure('TransactNamedPipe on', first.code)
      return answer
    }
    return this.#writeTurn.take(() => this.#readTurn.take(exchange))
  }

  /** Ends what is under way, and closes the pipe; what was written can still be read. Harmless twice. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#reads.cancel()
    this.#writes.cancel()
    await Promise.all([this.#readTurn.idle, this.#writeTurn.idle])
    this.#reads.free()
    this.#writes.free()
    kernel32().CloseHandle(this.pipe)
  }

  /** What began with a piece that is in the room: a message that is longer says so with each piece but the last. */
  async #message(first: Completion, what: string): Promise<Uint8Array | undefined> {
    let { code, bytes } = first
    let length = bytes
    const pieces = [Buffer.from(this.#room.subarray(0, bytes))]
    while (code === Win32Error.MORE_DATA) {
      // Nobody gives up the rest of what has begun: the next read would take it for another message.
      ;({ code, bytes } = await this.#piece(what))
      length += bytes
      if (length <= this.longest) pieces.push(Buffer.from(this.#room.subarray(0, bytes)))
    }
    if (ENDED.has(code)) return undefined
    if (code !== 0) throw this.#failure('ReadFile of', code)
    if (!this.whole || length <= this.longest) return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
    throw new SignalboxError(
      'FRAME_TOO_LARGE',
      `${this.path}: a message of ${length} B was dropped, because ${this.longest} B are allowed; raise maxMessage`,
    )
  }

  #piece(what: string, signal?: AbortSignal): Promise<Completion> {
    return this.#complete(this.#reads, what, signal, overlapped =>
      kernel32().ReadFile(this.pipe, this.#room, ROOM, null, overlapped),
    )
  }

  async #complete(
    io: OverlappedIo,
    what: string,
    signal: AbortSignal | undefined,
    begin: (overlapped: NativeMemory) => number,
  ): Promise<Completion> {
    throwIfAborted(what, signal)
    if (this.#closed) throw this.#isClosed()
    const giveUp = () => io.cancel()
    signal?.addEventListener('abort', giveUp)
    try {
      const completion = await io.run(begin)
      if (completion.code !== Win32Error.OPERATION_ABORTED) return completion
      throw signal?.aborted ? aborted(what, signal) : this.#isClosed()
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  #isClosed(): SignalboxError {
    return new SignalboxError('CLOSED', `${this.path}: this end is closed`)
  }

  #failure(what: string, code: number): SignalboxError {
    if (ENDED.has(code)) return new SignalboxError('CLOSED', `${this.path}: the other end is gone`)
    if (code !== Win32Error.ACCESS_DENIED) return win32Failure(`${what} ${this.path}`, code)
    return new SignalboxError('ACCESS_DENIED', `${this.path}: it carries bytes the other way only`)
  }
}

/** One after the other, whether or not the one before went well. */
class Turn {
  #last: Promise<unknown> = Promise.resolve()

  take<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run)
    this.#last = result.catch(() => {}) // it is the caller's to know
    return result
  }

  /** Resolves when nobody has or awaits the turn. */
  get idle(): Promise<unknown> {
    return this.#last
  }
}

/** The caller has its bytes back at once, and the system reads them when it has room. */
function copyOf(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafeSlow(Math.max(bytes.length, SMALLEST))
  own.set(bytes)
  return own
}
