import { createServer, type Server } from 'node:net'
import type { Observable } from 'rxjs'
import {
  type Address,
  Arrivals,
  type Connection,
  type Listener,
  reasonOf,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { bindServer } from '../socket/bind-server.js'
import { systemCodeOf } from '../socket/socket-fault.js'
import { addressOf, endpointOf, type TcpEndpoint } from './endpoint.js'
import { tcpConnection } from './tcp-socket.js'

/** Listens on the port of an address, or on one that the system chooses. */
export async function listen(
  address: Address,
  context: TransportContext,
  options: TransportOptions,
): Promise<Listener> {
  const endpoint = endpointOf(address, options)
  const what = `listen on ${address.href}`
  throwIfAborted(what, options.signal)
  const server = createServer({ allowHalfOpen: true })
  try {
    await bindServer(server, endpoint)
  } catch (error) {
    throw asListenError(address, error)
  }
  try {
    throwIfAborted(what, options.signal)
  } catch (error) {
    server.close()
    throw error
  }
  return new TcpListener(server, context)
}

class TcpListener implements Listener {
  readonly address: Address
  readonly connections$: Observable<Connection>
  readonly #arrivals = new Arrivals()
  readonly #server: Server

  constructor(server: Server, context: TransportContext) {
    this.#server = server
    this.address = addressOf(boundEndpointOf(server))
    this.connections$ = this.#arrivals.connections$
    server.on('connection', socket => this.#arrivals.add(tcpConnection(socket, this.address.href, context)))
    // Such as no free descriptor for one that arrived: the listener itself goes on.
    server.on('error', error =>
      context.log.warn(`${this.address.href}: a connection was lost: ${reasonOf(error)}`),
    )
  }

  async close(): Promise<void> {
    // The port is free when this returns; its callback would come only after the last connection.
    if (this.#server.listening) this.#server.close()
    this.#arrivals.complete()
  }
}

function boundEndpointOf(server: Server): TcpEndpoint {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') {
    throw new SignalboxError('SYSTEM', 'tcp: the system does not say where it listens')
  }
  return { host: bound.address, port: bound.port }
}

function asListenError(address: Address, cause: unknown): SignalboxError {
  const why = reasonOf(cause)
  switch (systemCodeOf(cause)) {
    case 'EADDRINUSE':
      return new SignalboxError(
        'ADDRESS_IN_USE',
        `${address.href}: somebody listens there already; choose another port, or 0 for a free one`,
        { cause },
      )
    case 'EACCES':
    case 'EPERM':
      return new SignalboxError(
        'ACCESS_DENIED',
        `${address.href}: this user may not listen there (${why}); choose a port above 1023`,
        { cause },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new SignalboxError(
        'ADDRESS_INVALID',
        `${address.href}: this machine has no such address (${why})`,
        {
          cause,
        },
      )
    default:
      return new SignalboxError('SYSTEM', `${address.href}: cannot listen: ${why}`, { cause })
  }
}
