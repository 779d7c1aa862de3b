import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Two sockets that are connected with each other, without any of our code between them. */
export interface SocketPair {
  readonly here: Socket
  readonly there: Socket
}

/** Connects two plain sockets over the loopback interface; each may end its side and still read. */
export async function socketPair(): Promise<SocketPair> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const arrived = once(server, 'connection') as Promise<[Socket]>
  const { port } = server.address() as AddressInfo
  const here = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  const [[there]] = await Promise.all([arrived, once(here, 'connect')])
  server.close()
  return { here, there }
}
