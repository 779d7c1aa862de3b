import type { Observable } from 'rxjs'
import {
  type Address,
  type Connection,
  type Listener,
  reasonOf,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'
import { privateSecurity } from '../../native/win32/private-security.js'
import { Arrivals } from './arrivals.js'
import { holdEventLoop } from './event-loop-hold.js'
import { pipeNameOf } from './pipe-name.js'
import { type ClientWait, waitForClient } from './windows-client-wait.js'
import { claimName, inUse, type NameClaim } from './windows-name-claim.js'
import { windowsPathOf } from './windows-path.js'
import { clientOf, isTrusted } from './windows-peer.js'
import { socketOf } from './windows-socket.js'

/** Listens on a pipe that only this user can open, and from other machines only where that is asked for. */
export async function listenOnPipe(
  address: Address,
  context: TransportContext,
  options: TransportOptions,
): Promise<Listener> {
  const name = pipeNameOf(address, options)
  if (name.host !== '.') {
    throw new SignalboxError('ADDRESS_INVALID', `${address.href}: one listens on this machine, the host '.'`)
  }
  throwIfAborted(`listen on ${address.href}`, options.signal)
  const path = windowsPathOf(name)
  const claim = claimName(name, path)
  const pipes = new PipeMaker(path, !options.allowRemote)
  try {
    return new PipeListener(address, context, pipes, claim, firstOf(pipes, claim, address))
  } catch (error) {
    claim.release()
    throw error
  }
}

function firstOf(pipes: PipeMaker, claim: NameClaim, address: Address): Handle {
  try {
    return pipes.make(claim.first)
  } catch (error) {
    // The pipe's name is somebody's whom neither the guard nor the probe has shown.
    if (error instanceof SignalboxError && error.code === 'ACCESS_DENIED') {
      throw inUse(address.href, `another program listens on ${pipes.path}`)
    }
    throw error
  }
}

/** How many pipes wait for clients at once; a client that comes in a greater rush tries again. */
const WAITING_PIPES = 4
/** ms between attempts to make a pipe after the system had none to give. */
const RETRY_PAUSE = 100

class PipeListener implements Listener {
  readonly address: Address
  readonly connections$: Observable<Connection>
  readonly #context: TransportContext
  readonly #arrivals: Arrivals
  readonly #pipes: PipeMaker
  readonly #claim: NameClaim
  readonly #releaseLoop = holdEventLoop()
  /** What ends the slots' present waits. */
  readonly #waits = new Set<() => void>()
  readonly #slots: Promise<void>[]
  #closing = false
  #closed: Promise<void> | undefined

  constructor(
    address: Address,
    context: TransportContext,
    pipes: PipeMaker,
    claim: NameClaim,
    first: Handle,
  ) {
    this.address = address
    this.#context = context
    this.#arrivals = new Arrivals(address.href, context)
    this.connections$ = this.#arrivals.connections$
    this.#pipes = pipes
    this.#claim = claim
    this.#slots = Array.from({ length: WAITING_PIPES }, (_, slot) =>
      this.#serve(slot === 0 ? first : undefined),
    )
  }

  close(): Promise<void> {
    this.#closed ??= this.#letGo()
    return this.#closed
  }

  /** One slot: a pipe that waits for a client, and the next one when it has got it. */
  async #serve(first: Handle | undefined): Promise<void> {
    let pipe = first ?? this.#makePipe()
    while (!this.#closing) {
      if (pipe === undefined) await this.#pause()
      else if (await this.#gotClient(pipe)) this.#take(pipe)
      else kernel32().CloseHandle(pipe)
      pipe = this.#closing ? undefined : this.#makePipe()
    }
    if (pipe !== undefined) kernel32().CloseHandle(pipe)
  }

  #makePipe(): Handle | undefined {
    try {
      return this.#pipes.make(false)
    } catch (error) {
      this.#context.log.warn(`${this.address.href}: no pipe for the next client: ${reasonOf(error)}`)
      return undefined
    }
  }

  async #gotClient(pipe: Handle): Promise<boolean> {
    let wait: ClientWait
    try {
      wait = waitForClient(pipe)
    } catch (error) {
      this.#context.log.warn(`${this.address.href}: cannot wait for clients: ${reasonOf(error)}`)
      await this.#pause()
      return false
    }
    const { cancel } = wait
    this.#waits.add(cancel)
    const connected = await wait.client
    this.#waits.delete(cancel)
    return connected && !this.#closing
  }

  #take(pipe: Handle): void {
    const client = clientOf(pipe, this.#pipes.local)
    if (!isTrusted(client)) {
      this.#arrivals.refused(`process ${client.pid} runs as another user`)
      kernel32().CloseHandle(pipe)
      return
    }
    try {
      this.#arrivals.accept(socketOf(pipe, this.address.href), client)
    } catch (error) {
      this.#arrivals.refused(reasonOf(error))
    }
  }

  #pause(): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        timer.cancel()
        this.#waits.delete(end)
        resolve()
      }
      const timer = this.#context.clock.after(RETRY_PAUSE, end)
      this.#waits.add(end)
    })
  }

  async #letGo(): Promise<void> {
    this.#closing = true
    this.#arrivals.complete()
    for (const end of [...this.#waits]) end()
    await Promise.all(this.#slots)
    this.#claim.release()
    this.#releaseLoop()
  }
}

const PIPE_ACCESS_DUPLEX = 3
const FILE_FLAG_OVERLAPPED = 0x40000000
const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x80000
/** Of bytes: through a socket, the boundaries of message mode would be lost anyway. */
const PIPE_TYPE_BYTE = 0
const PIPE_REJECT_REMOTE_CLIENTS = 8
const PIPE_UNLIMITED_INSTANCES = 255
/** Bytes each way that a write can leave with the system before the reader takes them. */
const BUFFER = 64 * 1024

/** Makes pipes of one name, all alike, as Windows demands. */
class PipeMaker {
  constructor(
    readonly path: string,
    /** Whether other machines are refused. */
    readonly local: boolean,
  ) {}

  /** @throws SignalboxError `ACCESS_DENIED` when there is a first one already, or another user's; `SYSTEM` */
  make(first: boolean): Handle {
    const pipe = kernel32().CreateNamedPipeW(
      this.path,
      PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
      PIPE_TYPE_BYTE | (this.local ? PIPE_REJECT_REMOTE_CLIENTS : 0),
      PIPE_UNLIMITED_INSTANCES,
      BUFFER,
      BUFFER,
      0,
      privateSecurity(),
    )
    if (pipe !== INVALID_HANDLE) return pipe
    const code = kernel32().GetLastError()
    // Busy: the other owner's limit of instances is reached.
    const taken = first && code === Win32Error.PIPE_BUSY ? Win32Error.ACCESS_DENIED : code
    throw win32Failure(`CreateNamedPipeW for ${this.path}`, taken)
  }
}
