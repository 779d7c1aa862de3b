import {
  type Address,
  type Connection,
  type ConnectionTransport,
  isSignalboxError,
  type Listener,
  parseAddress,
  SignalboxError,
  type TransportContext,
} from '../contracts/index.js'
import type { Candidate } from '../routing/index.js'
import { didYouMean } from './nearest-name.js'

/** What a {@link Reception} needs. */
export interface ReceptionOptions {
  readonly self: string
  readonly namespace: string
  readonly transports: readonly ConnectionTransport[]
  /** Addresses to listen at, or names of transports that choose one themselves. */
  readonly listen: readonly string[]
  readonly allowRemote: boolean
  /** Of this machine, who may connect beside this one. */
  readonly users: readonly string[]
  readonly context: TransportContext
  readonly signal: AbortSignal
  /** Somebody connected. */
  arrived(connection: Connection, over: Omit<Candidate, 'unavailable'>): void
}

/** Where others can reach this node. */
export class Reception {
  readonly #listeners: Listener[] = []

  constructor(private readonly options: ReceptionOptions) {}

  /** @throws SignalboxError `NAME_TAKEN`, `ADDRESS_IN_USE`, `TRANSPORT_UNKNOWN`, `TRANSPORT_UNAVAILABLE` */
  async open(): Promise<void> {
    for (const place of this.options.listen) await this.#listen(place)
  }

  get addresses(): Address[] {
    return this.#listeners.map(listener => listener.address)
  }

  /** Frees all names; connections that were made live on. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map(listener => listener.close()))
  }

  /** That somebody else has this node's name. */
  taken(cause?: SignalboxError): SignalboxError {
    const { self, namespace } = this.options
    const because = cause === undefined ? '' : ` (${cause.message})`
    return new SignalboxError(
      'NAME_TAKEN',
      `there is another node called ${self} in namespace ${namespace}${because}; stop it, or choose another name`,
      { cause },
    )
  }

  async #listen(place: string): Promise<void> {
    const { self, namespace, context, allowRemote, users, transports, signal, arrived } = this.options
    const byName = transports.find(transport => transport.name === place)
    const address = byName === undefined ? parseAddress(place) : byName.nodeAddress(namespace, self)
    const transport = byName ?? this.#transport(address.scheme)
    const availability = await transport.availability()
    if (!availability.usable) {
      const why = `${transport.name} cannot be used here: ${availability.reason}`
      throw new SignalboxError('TRANSPORT_UNAVAILABLE', why)
    }
    const listening = transport.listen(address, context, { allowRemote, users, signal })
    const listener = await listening.catch((error: unknown) => {
      // The address was made of the node's name: who has it has the name.
      throw byName !== undefined && isSignalboxError(error, 'ADDRESS_IN_USE') ? this.taken(error) : error
    })
    this.#listeners.push(listener)
    const over = {
      transport: transport.name,
      address: listener.address,
      capabilities: transport.describe(listener.address),
    }
    listener.connections$.subscribe(connection => arrived(connection, over))
  }

  #transport(name: string): ConnectionTransport {
    const { transports } = this.options
    const found = transports.find(transport => transport.name === name)
    if (found !== undefined) return found
    const names = transports.map(transport => transport.name)
    const why = `no transport ${name} is installed here${didYouMean(name, names)}`
    throw new SignalboxError('TRANSPORT_UNKNOWN', why)
  }
}
