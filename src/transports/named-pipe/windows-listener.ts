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
import { holdEventLoop } from '../../native/event-loop-hold.js'
import { type Handle, kernel32 } from '../../native/win32/kernel32.js'
import { currentUserSid } from '../../native/win32/user-sid.js'
import { PipeArrivals } from './pipe-arrivals.js'
import { pipeNameOf } from './pipe-name.js'
import { pipeSecurity } from './pipe-security.js'
import { waitForClient } from './windows-client-wait.js'
import { claimName, type NameClaim } from './windows-name-claim.js'
import { windowsPathOf } from './windows-path.js'
import { clientOf, isTrusted } from './windows-peer.js'
import { PipeMaker } from './windows-pipe-maker.js'
import { connectionOver, type PipeWay } from './windows-socket.js'

/** Listens on a pipe that only this user can open, and other users and other machines only where that is asked for. */
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
  const { users = [], allowRemote = false } = options
  const security = pipeSecurity(address.href, users.length === 0 ? 'this-user' : { users })
  const claim = claimName(name, path)
  const direction = name.oneWay ? 'inbound' : 'duplex'
  const pipes = new PipeMaker(address.href, path, !allowRemote, { security, direction })
  try {
    const sole = users.length === 0 ? currentUserSid() : undefined
    const way = name.oneWay ? 'in' : 'both'
    const first = pipes.make(claim.first)
    return new PipeListener({ address, context, pipes, way, claim, sole, first })
  } catch (error) {
    claim.release()
    throw error
  }
}

/** How many pipes wait for clients at once; a client that comes in a greater rush tries again. */
const WAITING_PIPES = 4
/** ms between attempts to make a pipe after the system had none to give. */
const RETRY_PAUSE = 100

interface PipeListenerParts {
  readonly address: Address
  readonly context: TransportContext
  readonly pipes: PipeMaker
  readonly way: PipeWay
  readonly claim: NameClaim
  /** The only user whom the pipes admit, where they do not admit others. */
  readonly sole: string | undefined
  /** A pipe that waits for the first client. */
  readonly first: Handle
}

class PipeListener implements Listener {
  readonly address: Address
  readonly connections$: Observable<Connection>
  readonly #context: TransportContext
  readonly #arrivals: PipeArrivals
  readonly #pipes: PipeMaker
  readonly #way: PipeWay
  readonly #claim: NameClaim
  readonly #sole: string | undefined
  readonly #releaseLoop = holdEventLoop()
  /** What ends the slots' present waits. */
  readonly #waits = new Set<() => void>()
  readonly #slots: Promise<void>[]
  #closing = false
  #closed: Promise<void> | undefined

  constructor({ address, context, pipes, way, claim, sole, first }: PipeListenerParts) {
    this.address = address
    this.#context = context
    this.#arrivals = new PipeArrivals(address.href, context.log)
    this.connections$ = this.#arrivals.connections$
    this.#pipes = pipes
    this.#way = way
    this.#claim = claim
    this.#sole = sole
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
    try {
      const { client, cancel } = waitForClient(pipe)
      this.#waits.add(cancel)
      const connected = await client.finally(() => this.#waits.delete(cancel))
      return connected && !this.#closing
    } catch (error) {
      this.#context.log.warn(`${this.address.href}: cannot wait for clients: ${reasonOf(error)}`)
      await this.#pause()
      return false
    }
  }

  #take(pipe: Handle): void {
    const client = clientOf(pipe, this.#pipes.local, this.#sole)
    // Where others may come, the pipe's access list has decided, by groups too.
    if (this.#sole !== undefined && !isTrusted(client)) {
      this.#arrivals.refused(`process ${client.pid} runs as another user`)
      kernel32().CloseHandle(pipe)
      return
    }
    try {
      const options = { remote: client, name: this.address.href, clock: this.#context.clock }
      this.#arrivals.add(connectionOver(pipe, this.#way, options))
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
