import {
  type Address,
  type Capabilities,
  type Connection,
  type ConnectionTransport,
  type Listener,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../contracts/index.js'
import { Attempt, PATIENCE } from './attempt.js'
import type { PatienceOptions } from './connections-over.js'
import { DerivedTransport } from './derived-transport.js'
import { TOKEN_LENGTH, writeJoin } from './join.js'
import { PairedConnection } from './paired-connection.js'
import { PairedListener } from './paired-listener.js'
import { prefaceOf } from './preface.js'
import { returnAddressFor } from './return-address.js'
import { WayIn } from './way-in.js'

/**
 * Connections that go both ways, out of ones that go one way: the dialler listens for the way back and says on the way
 * there where, with a random token; the listener says the token on the way back.
 */
export function paired(transport: ConnectionTransport, options: PatienceOptions = {}): ConnectionTransport {
  return new Paired(transport, options.patience ?? PATIENCE)
}

class Paired extends DerivedTransport<ConnectionTransport> {
  constructor(
    transport: ConnectionTransport,
    private readonly patience: number,
  ) {
    super(transport)
  }

  describe(address: Address): Capabilities {
    return { ...this.source.describe(address), direction: 'duplex', connectProves: 'listener' }
  }

  async listen(
    address: Address,
    context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Listener> {
    const ways = await this.source.listen(address, context, options)
    const { signal: _, ...further } = options // it was for listening
    const back = (to: Address) => this.source.connect(to, context, further)
    return new PairedListener(ways, context, this.patience, back)
  }

  async connect(
    address: Address,
    context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Connection> {
    const back = await this.source.listen(returnAddressFor(this.source, address, context), context, options)
    const arrived = new Set<Connection>()
    const token = context.random.bytes(TOKEN_LENGTH)
    const what = `connect to ${address.href}`
    const arrival = new Attempt<WayIn>(what, context.clock, this.patience, options.signal, () => {})
    arrival.result.catch(() => {}) // the way there may fail first
    back.connections$.subscribe(connection => {
      const way = new WayIn(connection)
      arrived.add(connection)
      way.preface.then(
        said => isSame(said, token) && arrival.succeed(way),
        () => arrived.delete(connection), // it has ended
      )
    })
    let out: Connection | undefined
    try {
      out = await this.source.connect(address, context, options)
      out.send(prefaceOf(writeJoin({ token, at: back.address })))
      out.closed.then(() => arrival.fail(refused(address)))
      const way = await arrival.result
      arrived.delete(way.connection)
      return new PairedConnection(out, way)
    } catch (thrown) {
      arrival.fail(refused(address))
      out?.abort()
      throw thrown
    } finally {
      for (const stranger of arrived) stranger.abort()
      await back.close()
    }
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

function refused(address: Address): SignalboxError {
  return new SignalboxError(
    'NO_LISTENER',
    `connect to ${address.href}: the way there closed before there was one back`,
  )
}
