import type { Address } from './address.js'
import type { Connection } from './connection.js'
import type { Listener } from './listener.js'

/** What meeting takes besides the address. */
export interface RendezvousOptions {
  /** Gives up when it fires; the promise rejects with `ABORTED`. */
  readonly signal?: AbortSignal
}

/**
 * Where two processes of one user on one machine meet that want to share something else: a control connection
 * for mechanisms that cannot introduce their two ends themselves. It is a stream of bytes, the kernel says who the
 * peer is, and its end is the peer's. Each address of each mechanism is a meeting place of its own.
 */
export interface Rendezvous {
  /** @param address where the mechanism itself listens. @throws SignalboxError like `ConnectionTransport.listen` */
  listen(address: Address, options?: RendezvousOptions): Promise<Listener>
  /** @param address where the mechanism itself listens. @throws SignalboxError like `ConnectionTransport.connect` */
  connect(address: Address, options?: RendezvousOptions): Promise<Connection>
}
