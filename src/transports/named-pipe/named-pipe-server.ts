import { SignalboxError, throwIfAborted } from '../../core/contracts/index.js'
import { holdEventLoop } from '../../native/event-loop-hold.js'
import { type Handle, kernel32 } from '../../native/win32/kernel32.js'
import { currentUserSid } from '../../native/win32/user-sid.js'
import { DEFAULT_MAX_MESSAGE, NamedPipe } from './named-pipe.js'
import type { PipeCallOptions } from './pipe-io.js'
import { type PipeSecurity, pipeSecurity } from './pipe-security.js'
import { waitForClient } from './windows-client-wait.js'
import { claimName, type NameClaim } from './windows-name-claim.js'
import { rawPathOf } from './windows-path.js'
import { clientOf } from './windows-peer.js'
import { type PipeDirection, PipeMaker, type PipeMode } from './windows-pipe-maker.js'

/** Options of {@link NamedPipeServer.create}. */
export interface NamedPipeServerOptions {
  /**
   * Whether what is written keeps its boundaries.
   * @default 'message'
   */
  readonly mode?: PipeMode
  /**
   * `inbound` from clients to this server, `outbound` to its clients.
   * @default 'duplex'
   */
  readonly direction?: PipeDirection
  /**
   * How many clients there may be at once, up to 254; more wait.
   * @default as many as the system has resources for
   */
  readonly instances?: number
  /**
   * Who may connect beside this user.
   * @default 'this-user'
   */
  readonly security?: PipeSecurity
  /**
   * Lets clients on other machines connect, as far as `security` does.
   * @default false
   */
  readonly allowRemote?: boolean
  /**
   * Bytes of the largest message that is read; a larger one is dropped.
   * @default 1048576
   */
  readonly maxMessage?: number
}

/** ms until another attempt to make a pipe: what a client has not closed yet counts with Windows, and nothing tells when it has. */
const RETRY_PAUSE = 100

/**
 * The server of a named pipe of Windows, `\\.\pipe\<name>`, for clients that know nothing of Signalbox. Each client has a
 * pipe of its own. While there is room, the next one can connect before it is accepted. Follows CreateNamedPipeW and
 * ConnectNamedPipe.
 *
 * A name has one server; an open one keeps the process alive.
 *
 * @example
 * ```ts
 * const server = NamedPipeServer.create('orders', { security: { users: ['Alice'] } })
 * for await (const client of server) {
 *   for await (const order of client) await client.write(Buffer.from(`${order.length} B from ${client.remote.pid}`))
 *   await client.close()
 * }
 * ```
 */
export class NamedPipeServer implements AsyncIterable<NamedPipe>, AsyncDisposable {
  /** `\\.\pipe\orders` */
  readonly path: string
  readonly mode: PipeMode
  readonly #pipes: PipeMaker
  readonly #claim: NameClaim
  readonly #instances: number
  readonly #maxMessage: number
  /** The only user whom the pipe admits, where it does not admit others. */
  readonly #sole: string | undefined
  readonly #releaseLoop = holdEventLoop()
  /** What ends the waits for clients. */
  readonly #waits = new Set<() => void>()
  /** What ends the waits for room. */
  readonly #wanting = new Set<() => void>()
  readonly #accepts = new Set<Promise<unknown>>()
  /** Open for the next client, whether or not it is accepted yet. */
  #vacant: Handle | undefined
  /** Pipes with a client, or about to get one. */
  #taken = 0
  #closed = false

  private constructor(
    pipes: PipeMaker,
    claim: NameClaim,
    first: Handle,
    options: Required<Pick<NamedPipeServerOptions, 'mode' | 'instances' | 'maxMessage' | 'security'>>,
  ) {
    this.path = pipes.path
    this.mode = options.mode
    this.#pipes = pipes
    this.#claim = claim
    this.#vacant = first
    this.#instances = options.instances
    this.#maxMessage = options.maxMessage
    this.#sole = options.security === 'this-user' ? currentUserSid() : undefined
  }

  /**
   * @param name without `\\.\pipe\`
   * @throws SignalboxError `ADDRESS_INVALID`; `ADDRESS_IN_USE`; `CONFIG_INVALID` for a `security` that Windows does not
   * know; `TRANSPORT_UNAVAILABLE` where there is no Windows; `SYSTEM`
   */
  static create(name: string, options: NamedPipeServerOptions = {}): NamedPipeServer {
    const { mode = 'message', direction = 'duplex', allowRemote = false } = options
    const { maxMessage = DEFAULT_MAX_MESSAGE, security = 'this-user' } = options
    const path = rawPathOf(name)
    const kind = { mode, direction, security: pipeSecurity(path, security) }
    const limited = options.instances === undefined ? kind : { ...kind, instances: options.instances }
    const pipes = new PipeMaker(path, path, !allowRemote, limited)
    const claim = claimName({ href: path, raw: true }, path)
    try {
      const { instances = Number.POSITIVE_INFINITY } = options
      return new NamedPipeServer(pipes, claim, pipes.make(claim.first), {
        mode,
        instances,
        maxMessage,
        security,
      })
    } catch (error) {
      claim.release()
      throw error
    }
  }

  /**
   * The next client; several may be awaited at once.
   * @throws SignalboxError `ABORTED`, and then no client is lost; `CLOSED`; `SYSTEM`
   */
  accept({ signal }: PipeCallOptions = {}): Promise<NamedPipe> {
    const accepted = this.#accept(signal)
    this.#accepts.add(accepted)
    return accepted.finally(() => this.#accepts.delete(accepted))
  }

  /** Clients as they come, until the server is closed. */
  async *[Symbol.asyncIterator](): AsyncIterator<NamedPipe> {
    while (!this.#closed) {
      const client = await this.accept().catch(error => {
        if (this.#closed) return undefined
        throw error
      })
      if (client !== undefined) yield client
    }
  }

  /** Frees the name as soon as its clients are gone, too: those that were accepted live on. Harmless twice. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const end of [...this.#waits, ...this.#wanting]) end()
    await Promise.allSettled(this.#accepts)
    if (this.#vacant !== undefined) kernel32().CloseHandle(this.#vacant)
    this.#vacant = undefined
    this.#claim.release()
    this.#releaseLoop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #accept(signal: AbortSignal | undefined): Promise<NamedPipe> {
    for (;;) {
      this.#requireWanted(signal)
      const pipe = this.#take()
      if (pipe === undefined) await this.#room(signal)
      else if (await this.#gotClient(pipe, signal)) return this.#serve(pipe)
    }
  }

  #requireWanted(signal: AbortSignal | undefined): void {
    throwIfAborted(`accept on ${this.path}`, signal)
    if (this.#closed) throw new SignalboxError('CLOSED', `${this.path}: this server is closed`)
  }

  /** A pipe to wait with; undefined where there can be no further one at the moment. */
  #take(): Handle | undefined {
    const pipe = this.#vacant ?? this.#make()
    this.#vacant = undefined
    if (pipe !== undefined) this.#taken += 1
    return pipe
  }

  #make(): Handle | undefined {
    if (this.#taken >= this.#instances) return undefined
    try {
      return this.#pipes.make(false)
    } catch {
      return undefined // what a client still has open counts with Windows, and the next attempt says more
    }
  }

  /** @returns false when the wait was in vain, and the pipe waits for another one or is closed */
  async #gotClient(pipe: Handle, signal: AbortSignal | undefined): Promise<boolean> {
    const { client, cancel } = waitForClient(pipe)
    this.#waits.add(cancel)
    signal?.addEventListener('abort', cancel)
    let connected = false
    try {
      connected = await client
    } finally {
      this.#waits.delete(cancel)
      signal?.removeEventListener('abort', cancel)
      if (!connected) this.#giveBack(pipe)
    }
    return connected
  }

  #serve(pipe: Handle): NamedPipe {
    this.#vacant ??= this.#make()
    const remote = clientOf(pipe, this.#pipes.local, this.#sole)
    const { path, mode } = this
    return new NamedPipe({
      path,
      pipe,
      end: 'server',
      mode,
      maxMessage: this.#maxMessage,
      remote,
      closed: () => this.#freed(),
    })
  }

  #giveBack(pipe: Handle): void {
    this.#taken -= 1
    if (this.#vacant === undefined && !this.#closed) this.#vacant = pipe
    else kernel32().CloseHandle(pipe)
  }

  #freed(): void {
    this.#taken -= 1
    if (this.#closed) return
    this.#vacant ??= this.#make()
    for (const end of [...this.#wanting]) end()
  }

  #room(signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer)
        this.#wanting.delete(end)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, RETRY_PAUSE)
      this.#wanting.add(end)
      signal?.addEventListener('abort', end)
    })
  }
}
