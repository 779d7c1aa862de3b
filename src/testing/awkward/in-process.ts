import {
  type Address,
  type Availability,
  type Capabilities,
  formatAddress,
  SignalboxError,
} from '../../core/contracts/index.js'

/** What mechanisms within one process have in common; each awkward one says what is different about it. */
export const inProcess: Capabilities = Object.freeze({
  reach: 'process',
  delivery: 'reliable',
  ordered: true,
  direction: 'duplex',
  group: 'none',
  maxFrame: Number.POSITIVE_INFINITY,
  boundaries: 'message',
  flowControl: 'track',
  rendezvous: 'name',
  connectProves: 'listener',
  close: 'mechanism',
  names: 'exclusive',
  identity: 'kernel',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms: Object.freeze(['linux', 'darwin', 'win32', 'freebsd', 'openbsd', 'sunos', 'aix'] as const),
})

/** What all awkward transports are: a name, a description, places within this process. */
export abstract class InProcessTransport {
  abstract readonly name: string
  abstract readonly summary: string
  protected abstract readonly capabilities: Capabilities

  availability(): Promise<Availability> {
    return Promise.resolve({ usable: true })
  }

  describe(_address: Address): Capabilities {
    return this.capabilities
  }

  nodeAddress(namespace: string, node: string): Address {
    const path = [namespace, node].map(encodeURIComponent).join('/')
    return formatAddress({ scheme: this.name, host: '.', path })
  }

  /** @throws SignalboxError `ADDRESS_INVALID` */
  protected assertOwn(address: Address): void {
    const { scheme, host, port, path, href } = address
    if (scheme === this.name && host === '.' && port === undefined && path !== '') return
    throw new SignalboxError('ADDRESS_INVALID', `${href}: such a place looks like ${this.name}://./orders`)
  }
}
