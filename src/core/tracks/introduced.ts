import {
  type Address,
  Arrivals,
  type Capabilities,
  type Connection,
  type ConnectionTransport,
  type IntroducedTransport,
  type Listener,
  reasonOf,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../contracts/index.js'
import { DerivedTransport } from './derived-transport.js'

/**
 * Connections by address over a mechanism that has no names: who listens lets the context's introducer hand it the
 * ends that are meant for it, and who connects has a pair introduced.
 */
export function introduced(transport: IntroducedTransport): ConnectionTransport {
  return new Introduced(transport)
}

class Introduced extends DerivedTransport<IntroducedTransport> {
  describe(address: Address): Capabilities {
    return this.source.describe(address)
  }

  async listen(
    address: Address,
    context: TransportContext,
    { signal }: TransportOptions = {},
  ): Promise<Listener> {
    this.#assertOwn(address)
    throwIfAborted(`listen on ${address.href}`, signal)
    const arrivals = new Arrivals()
    const expectation = await context.introducer.expect(address, end => {
      try {
        arrivals.add(this.source.adopt(end, address, context))
      } catch (error) {
        context.log.warn(`${address.href}: what was handed over is refused`, { reason: reasonOf(error) })
      }
    })
    return {
      address,
      connections$: arrivals.connections$,
      close: async () => {
        expectation.close()
        arrivals.complete()
      },
    }
  }

  async connect(
    address: Address,
    context: TransportContext,
    { signal }: TransportOptions = {},
  ): Promise<Connection> {
    this.#assertOwn(address)
    throwIfAborted(`connect to ${address.href}`, signal)
    const options = signal === undefined ? {} : { signal }
    const end = await context.introducer.introduce(address, () => this.source.pair(address), options)
    return this.source.adopt(end, address, context)
  }

  #assertOwn({ scheme, href, path }: Address): void {
    const { name } = this.source
    if (scheme === name && path !== '') return
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${href}: who is met over ${name} has a name like ${name}://./orders`,
    )
  }
}
