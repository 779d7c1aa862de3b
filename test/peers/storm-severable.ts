import { tap } from 'rxjs'
import type { AnyTransport, Connection } from 'signalbox'

/** A transport whose connections can be cut. */
export interface Severable {
  readonly transport: AnyTransport
  /** Ends all connections at once: neither side says a word, and what was on its way is gone. */
  sever(): void
}

/** The same transport, which remembers its connections; one that has none of its own cannot be cut. */
export function severable(transport: AnyTransport): Severable {
  if (transport.shape !== 'connection') return { transport, sever: () => {} }
  const open = new Set<Connection>()
  const remember = (connection: Connection) => {
    open.add(connection)
    void connection.closed.then(() => open.delete(connection))
  }
  const remembering: AnyTransport = {
    shape: 'connection',
    name: transport.name,
    summary: transport.summary,
    availability: () => transport.availability(),
    describe: address => transport.describe(address),
    nodeAddress: (namespace, node) => transport.nodeAddress(namespace, node),
    async listen(...place) {
      const listener = await transport.listen(...place)
      return {
        address: listener.address,
        connections$: listener.connections$.pipe(tap(remember)),
        close: () => listener.close(),
      }
    },
    async connect(...place) {
      const connection = await transport.connect(...place)
      remember(connection)
      return connection
    },
  }
  return {
    transport: remembering,
    sever: () => {
      for (const connection of open) connection.abort()
    },
  }
}
