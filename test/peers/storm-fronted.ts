import { type AnyTransport, parseAddress } from 'signalbox'

/**
 * The same transport, whose listeners say that they are where somebody has a front for them.
 * @param front the port of the front for those who listen at `port`
 */
export function fronted(transport: AnyTransport, front: (port: number) => Promise<number>): AnyTransport {
  if (transport.shape !== 'connection') throw new Error(`${transport.name} has no ports`)
  return {
    shape: 'connection',
    name: transport.name,
    summary: transport.summary,
    availability: () => transport.availability(),
    describe: address => transport.describe(address),
    nodeAddress: (namespace, node) => transport.nodeAddress(namespace, node),
    connect: (...place) => transport.connect(...place),
    async listen(...place) {
      const listener = await transport.listen(...place)
      const { scheme, host, port = 0 } = listener.address
      return {
        address: parseAddress(`${scheme}://${host}:${await front(port)}`),
        connections$: listener.connections$,
        close: () => listener.close(),
      }
    },
  }
}
