import {
  type AnyTransport,
  type Connection,
  type ConnectionTransport,
  SignalboxError,
} from '../../src/index.js'

/** A transport of this node that breaks down: its connections end, and there are no new ones before it is mended. */
export function breakable(transport: ConnectionTransport) {
  const open = new Set<Connection>()
  let broken = false
  let attempts = 0
  const made: AnyTransport = {
    shape: 'connection',
    name: transport.name,
    summary: transport.summary,
    availability: () => transport.availability(),
    describe: address => transport.describe(address),
    nodeAddress: (...of) => transport.nodeAddress(...of),
    listen: (...at) => transport.listen(...at),
    async connect(address, ...with_) {
      attempts++
      if (broken) throw new SignalboxError('NO_LISTENER', `${address.href}: out of order`)
      const connection = await transport.connect(address, ...with_)
      open.add(connection)
      void connection.closed.then(() => open.delete(connection))
      return connection
    },
  }
  return {
    transport: made,
    /** How often a connection was asked for. */
    get attempts() {
      return attempts
    },
    breakDown() {
      broken = true
      for (const connection of open) connection.abort()
    },
    mend() {
      broken = false
    },
  }
}
