import { chmod } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
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
import { ensurePrivateFolder } from '../../native/runtime-folder.js'
import { bindServer } from '../socket/bind-server.js'
import { SocketConnection } from '../socket/socket-connection.js'
import { systemCodeOf } from '../socket/socket-fault.js'
import { PipeArrivals } from './pipe-arrivals.js'
import { pipeNameOf } from './pipe-name.js'
import { NameLock } from './posix-name-lock.js'
import { type PosixPaths, posixPathsOf } from './posix-path.js'
import { isTrusted, posixPeerOf } from './posix-peer.js'
import { inspectPath, removeStale } from './posix-socket.js'

/** Listens on a Unix socket that only this user can reach, in the place of a dead owner if need be. */
export async function listenOnSocket(
  address: Address,
  context: TransportContext,
  options: TransportOptions,
): Promise<Listener> {
  const name = pipeNameOf(address, options)
  const paths = posixPathsOf(name, context.runtimeFolder)
  throwIfAborted(`listen on ${address.href}`, options.signal)
  if (options.users !== undefined && options.users.length > 0) {
    const why =
      'its socket is in a folder that only this user may enter; between users of one machine, use tcp'
    context.log.warn(`${address.href}: ${options.users.join(', ')} cannot connect: ${why}`)
  }
  await ensurePrivateFolder(context.runtimeFolder)
  const lock = await takeName(address, paths)
  const server = createServer({ pauseOnConnect: true })
  try {
    await makeRoom(address, paths.socket)
    throwIfAborted(`listen on ${address.href}`, options.signal)
    await bindServer(server, { path: paths.socket })
    await chmod(paths.socket, 0o600)
    return new SocketListener(address, context, server, lock, !name.oneWay)
  } catch (error) {
    server.close()
    await lock.release()
    throw asListenError(address, error)
  }
}

async function takeName(address: Address, paths: PosixPaths): Promise<NameLock> {
  const lock = await NameLock.take(paths.lock).catch(error => {
    throw asListenError(address, error)
  })
  if (lock === undefined) throw inUse(address, `a live process holds ${paths.lock}`)
  return lock
}

/** Only under the lock. */
async function makeRoom(address: Address, path: string): Promise<void> {
  switch (await inspectPath(path)) {
    case 'live':
      throw inUse(address, `a program that is not Signalbox listens on ${path}`)
    case 'something else':
      throw inUse(address, `${path} is there and is no socket; remove it`)
    case 'stale':
      return removeStale(path)
    case 'free':
  }
}

class SocketListener implements Listener {
  readonly connections$: Observable<Connection>
  readonly #arrivals: PipeArrivals
  readonly #server: Server
  readonly #lock: NameLock
  #closed: Promise<void> | undefined

  constructor(
    readonly address: Address,
    private readonly context: TransportContext,
    server: Server,
    lock: NameLock,
    /** Whether what it accepts can be sent to. */
    private readonly sends: boolean,
  ) {
    this.#arrivals = new PipeArrivals(address.href, context.log)
    this.connections$ = this.#arrivals.connections$
    this.#server = server
    this.#lock = lock
    server.on('connection', socket => this.#vet(socket))
    server.on('error', error => this.#arrivals.refused(reasonOf(error)))
  }

  close(): Promise<void> {
    this.#closed ??= this.#letGo()
    return this.#closed
  }

  #vet(socket: Socket): void {
    const peer = posixPeerOf(socket)
    if (peer !== undefined && isTrusted(peer)) {
      const remote = { pid: peer.pid, user: { by: 'kernel', id: String(peer.uid) } } as const
      const { address, context, sends } = this
      this.#arrivals.add(
        new SocketConnection(socket, { remote, name: address.href, clock: context.clock, sends }),
      )
      return
    }
    this.#arrivals.refused(peer === undefined ? 'it was gone at once' : `it runs as user ${peer.uid}`)
    socket.destroy()
  }

  async #letGo(): Promise<void> {
    // Removes the socket's file at once. Its callback would come only after the last connection.
    this.#server.close()
    this.#arrivals.complete()
    await this.#lock.release()
  }
}

function inUse(address: Address, why: string): SignalboxError {
  return new SignalboxError('ADDRESS_IN_USE', `${address.href}: the name is taken: ${why}`)
}

function asListenError(address: Address, cause: unknown): SignalboxError {
  if (cause instanceof SignalboxError) return cause
  switch (systemCodeOf(cause)) {
    case 'EADDRINUSE':
      return inUse(address, 'another program took it at this moment')
    case 'EACCES':
    case 'EPERM':
      return new SignalboxError(
        'ACCESS_DENIED',
        `${address.href}: ${reasonOf(cause)}; check the folder's rights`,
        {
          cause,
        },
      )
    default:
      return new SignalboxError('SYSTEM', `${address.href}: cannot listen: ${reasonOf(cause)}`, { cause })
  }
}
