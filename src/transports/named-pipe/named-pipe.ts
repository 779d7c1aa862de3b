import { type PeerIdentity, SignalboxError, throwIfAborted } from '../../core/contracts/index.js'
import { holdEventLoop } from '../../native/event-loop-hold.js'
import { type Handle, kernel32, win32Failure } from '../../native/win32/kernel32.js'
import { asClientOf } from './impersonation.js'
import { type PipeCallOptions, PipeIo } from './pipe-io.js'
import { awaitPlace } from './pipe-place.js'
import { openClientEnd, type ServerPermit } from './windows-client-end.js'
import { rawPathOf } from './windows-path.js'
import { serverOf } from './windows-peer.js'
import type { PipeDirection, PipeMode } from './windows-pipe-maker.js'

/** Whose pipe, and how long it may take to get a place. */
export interface PipePlaceOptions extends PipeCallOptions {
  /**
   * The machine that has the pipe.
   * @default '.', this one
   */
  readonly host?: string
  /**
   * Must be set to reach another machine.
   * @default false
   */
  readonly allowRemote?: boolean
  /**
   * ms to wait at most for a server whose places are all taken.
   * @default 2000
   */
  readonly timeout?: number
}

/** Options of {@link NamedPipe.open}. */
export interface NamedPipeOptions extends PipePlaceOptions {
  /**
   * Which way the pipe goes: `inbound` to the server, `outbound` to its clients.
   * @default 'duplex'
   */
  readonly direction?: PipeDirection
  /**
   * Whether messages are read whole, or as bytes; they are written whole in either case.
   * @default 'message' where the server made a pipe of messages
   */
  readonly mode?: PipeMode
  /**
   * Bytes of the largest message that is read; a larger one is dropped.
   * @default 1048576
   */
  readonly maxMessage?: number
  /**
   * Whether the server may only learn who this client is, or also act in its name.
   * @default 'identify'
   */
  readonly permits?: ServerPermit
}

/** Bytes of the largest message that is read where nobody says otherwise. */
export const DEFAULT_MAX_MESSAGE = 1024 * 1024
/** ms to wait for a place where nobody says otherwise. */
const PATIENCE = 2000
const PIPE_TYPE_MESSAGE = 4
const PIPE_READMODE_MESSAGE = 2

/** What {@link NamedPipe} is made of. */
export interface PipeEnd {
  readonly path: string
  /** Connected and overlapped; the {@link NamedPipe} closes it. */
  readonly pipe: Handle
  readonly end: 'client' | 'server'
  readonly mode: PipeMode
  readonly maxMessage: number
  readonly remote: PeerIdentity
  /** Runs once, when the pipe is closed. */
  readonly closed?: () => void
}

/**
 * One end of a named pipe of Windows, `\\.\pipe\<name>`: with it, a program speaks to others that know nothing of
 * Signalbox. In message mode each write is read as it was written, however long it is. Nothing blocks the event loop.
 *
 * An open pipe keeps the process alive. Close it before its thread is terminated: what a terminated thread was waiting
 * for may end the process when it comes.
 *
 * @example
 * ```ts
 * const pipe = await NamedPipe.open('orders')
 * const answer = await pipe.transact(Buffer.from('one coffee'))
 * await pipe.close()
 * // the same in one line
 * const same = await NamedPipe.call('orders', Buffer.from('one coffee'))
 * ```
 */
export class NamedPipe implements AsyncIterable<Uint8Array>, AsyncDisposable {
  /** `\\.\pipe\orders` */
  readonly path: string
  /** How this end reads. */
  readonly mode: PipeMode
  /** The other end, by the word of the kernel; nothing is known of one on another machine. */
  readonly remote: PeerIdentity
  readonly #pipe: Handle
  readonly #end: 'client' | 'server'
  readonly #io: PipeIo
  readonly #closed: (() => void) | undefined
  readonly #releaseLoop: () => void

  /** @internal Pipes come from {@link NamedPipe.open} and `NamedPipeServer`. */
  constructor({ path, pipe, end, mode, maxMessage, remote, closed }: PipeEnd) {
    this.path = path
    this.mode = mode
    this.remote = remote
    this.#pipe = pipe
    this.#end = end
    this.#io = new PipeIo(path, pipe, mode === 'message', maxMessage)
    this.#closed = closed
    this.#releaseLoop = holdEventLoop()
  }

  /**
   * Opens a pipe as a client, and waits for a place where all are taken. Follows CreateFileW and WaitNamedPipeW.
   * @param name without `\\.\pipe\`
   * @throws SignalboxError `ADDRESS_INVALID`; `NO_LISTENER`; `TIMEOUT` where no place became free; `ACCESS_DENIED`, also
   * for a pipe that goes another way; `ABORTED`; `TRANSPORT_UNAVAILABLE` where there is no Windows; `SYSTEM`
   */
  static async open(name: string, options: NamedPipeOptions = {}): Promise<NamedPipe> {
    const { host = '.', timeout = PATIENCE, direction, permits, maxMessage = DEFAULT_MAX_MESSAGE } = options
    const path = rawPathOf(name, options)
    const deadline = performance.now() + timeout
    for (;;) {
      throwIfAborted(`open ${path}`, options.signal)
      const pipe = openClientEnd(path, { what: path, host, direction, permits })
      if (pipe !== 'busy') {
        try {
          const mode = readAs(path, pipe, options.mode)
          const remote: PeerIdentity =
            host === '.' ? serverOf(pipe) : { pid: undefined, user: { by: 'none' } }
          return new NamedPipe({ path, pipe, end: 'client', mode, maxMessage, remote })
        } catch (error) {
          kernel32().CloseHandle(pipe)
          throw error
        }
      }
      const left = deadline - performance.now()
      if (left <= 0) {
        throw new SignalboxError(
          'TIMEOUT',
          `${path}: others took each place that its server had in ${timeout} ms`,
        )
      }
      await NamedPipe.wait(name, { ...options, timeout: left })
    }
  }

  /**
   * Waits until a pipe has a place for one more client; somebody else may take it first. Follows WaitNamedPipeW.
   * @throws SignalboxError `TIMEOUT`, and like {@link NamedPipe.open}
   */
  static async wait(name: string, options: PipePlaceOptions = {}): Promise<void> {
    const { host = '.', timeout = PATIENCE, signal } = options
    const path = rawPathOf(name, options)
    throwIfAborted(`wait for ${path}`, signal)
    const release = holdEventLoop()
    try {
      await awaitPlace({ path, host, name, timeout, signal })
    } finally {
      release()
    }
  }

  /**
   * Opens a pipe of messages, asks, and closes it. Follows CallNamedPipeW.
   * @throws SignalboxError like {@link NamedPipe.open} and {@link NamedPipe.transact}
   */
  static async call(
    name: string,
    request: Uint8Array,
    options: Omit<NamedPipeOptions, 'direction' | 'mode'> = {},
  ): Promise<Uint8Array> {
    await using pipe = await NamedPipe.open(name, { ...options, mode: 'message' })
    return await pipe.transact(request, options)
  }

  /**
   * Reads the next message whole, an empty one too, or, in byte mode, some bytes. They are the caller's own.
   * @returns undefined when the other end is gone, and all it wrote was read
   * @throws SignalboxError `FRAME_TOO_LARGE` for a message over `maxMessage`, after which the next one can be read;
   * `ABORTED`, and then nothing was taken; `CLOSED`; `ACCESS_DENIED` where the pipe goes the other way; `SYSTEM`
   */
  read(options: PipeCallOptions = {}): Promise<Uint8Array | undefined> {
    return this.#io.read(options)
  }

  /**
   * Writes a message, or, in byte mode, bytes. Resolves when the system has taken all of it, which it does as far as there
   * is room. The bytes are the caller's again when this returns.
   * @throws SignalboxError `CLOSED` when the other end is gone; `ABORTED`, and then some of it may have been written;
   * `ACCESS_DENIED` where the pipe goes the other way; `SYSTEM`
   */
  write(message: Uint8Array, options: PipeCallOptions = {}): Promise<void> {
    return this.#io.write(message, options)
  }

  /**
   * Writes a message and reads the answer, in message mode, with one call of the system. Follows TransactNamedPipe.
   * @throws SignalboxError like {@link NamedPipe.read} and {@link NamedPipe.write}; `CLOSED` where there is no answer
   */
  transact(request: Uint8Array, options: PipeCallOptions = {}): Promise<Uint8Array> {
    return this.#io.transact(request, options)
  }

  /**
   * Runs `act` as the client's user, on the server's end. It must do all it has to do before it returns: what it begins
   * and awaits would go on as this process's own user. Windows knows the client when it has written something that was
   * read. How much the server may do, the client decided. Follows ImpersonateNamedPipeClient and RevertToSelf.
   * @param act is given the SID of the client's user, where the client lets it be known
   * @throws SignalboxError `ACCESS_DENIED`, `CLOSED`, `SYSTEM`; what `act` throws
   */
  impersonate<T>(act: (sid: string | undefined) => T): T {
    if (this.#io.closed) throw new SignalboxError('CLOSED', `${this.path}: this end is closed`)
    if (this.#end === 'client') {
      throw new SignalboxError('ACCESS_DENIED', `${this.path}: only a server acts in the name of its clients`)
    }
    return asClientOf(this.#pipe, this.path, act)
  }

  /** What the other end writes, until it is gone, or this end is closed. */
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    while (!this.#io.closed) {
      const message = await this.read().catch(error => {
        if (this.#io.closed) return undefined
        throw error
      })
      if (message === undefined) return
      yield message
    }
  }

  /** Ends what is under way. What was written can still be read by the other end. Harmless twice. */
  async close(): Promise<void> {
    if (this.#io.closed) return
    await this.#io.close()
    this.#releaseLoop()
    this.#closed?.()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Reads as was asked for, or as the server writes. */
function readAs(path: string, pipe: Handle, asked: PipeMode | undefined): PipeMode {
  const flags = Buffer.alloc(4)
  if (!kernel32().GetNamedPipeInfo(pipe, flags, null, null, null)) {
    throw win32Failure(`GetNamedPipeInfo of ${path}`)
  }
  const written: PipeMode = flags.readUInt32LE() & PIPE_TYPE_MESSAGE ? 'message' : 'byte'
  const mode = asked ?? written
  if (mode === 'byte') return mode
  if (written === 'byte') {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${path}: its server made a pipe of bytes, which has no messages; read it in byte mode`,
    )
  }
  const state = Buffer.from(Uint32Array.of(PIPE_READMODE_MESSAGE).buffer)
  if (!kernel32().SetNamedPipeHandleState(pipe, state, null, null)) {
    throw win32Failure(`SetNamedPipeHandleState of ${path}`)
  }
  return mode
}
