import {
  type Address,
  type Connection,
  type ConnectionTransport,
  isSignalboxError,
  parseAddress,
  reasonOf,
  SignalboxError,
  type TransportContext,
} from '../contracts/index.js'
import { type Candidate, type Need, type Selection, select } from '../routing/index.js'
import type { Directory } from './directory.js'
import type { DirectoryEntry } from './directory-entry.js'
import { didYouMean } from './nearest-name.js'

/** What {@link Dialler} needs. */
export interface DiallerOptions {
  readonly namespace: string
  readonly transports: readonly ConnectionTransport[]
  /** Names of transports to use first. */
  readonly prefer: readonly string[]
  readonly allowRemote: boolean
  /** Addresses of nodes that no directory lists. */
  readonly nodes: Readonly<Record<string, string>>
  readonly directory: Directory
  readonly context: TransportContext
}

/** A fresh connection, and how it was made. */
export interface Dialled {
  readonly transport: ConnectionTransport
  readonly address: Address
  readonly connection: Connection
}

/** Where a node is, and where it can be reached. */
interface Whereabouts {
  readonly locality: Need['locality']
  readonly addresses: readonly Address[]
}

/** Finds the ways to a node and tries them, the best first. */
export class Dialler {
  constructor(private readonly options: DiallerOptions) {}

  /**
   * @param here this node's own entry, which tells what is near
   * @param use makes something of the connection; when it fails, the next way is tried
   * @throws SignalboxError `NODE_UNKNOWN`; `NO_LISTENER`, or the first other code that a way failed with; the signal's reason
   */
  async dial(
    name: string,
    here: DirectoryEntry | undefined,
    signal: AbortSignal,
    use: (dialled: Dialled) => Promise<void>,
  ): Promise<void> {
    signal.throwIfAborted()
    const { transports, context, allowRemote } = this.options
    const { ranked, rejected } = await this.#select(name, here)
    const failures = rejected.map(({ address, rule, because }) => `${address.href}: ${because} (${rule})`)
    let cause: unknown
    for (const { transport: scheme, address } of ranked) {
      signal.throwIfAborted()
      const transport = transports.find(known => known.name === scheme)
      if (transport === undefined) continue // the selection names none that is not installed
      try {
        const connection = await transport.connect(address, context, { allowRemote, signal })
        return await use({ transport, address, connection })
      } catch (error) {
        signal.throwIfAborted()
        failures.push(`${address.href}: ${reasonOf(error)}`)
        if (!isSignalboxError(error, 'NO_LISTENER')) cause ??= error
      }
    }
    throw new SignalboxError(
      isSignalboxError(cause) ? cause.code : 'NO_LISTENER',
      `${name} cannot be reached (${failures.join('; ') || 'it listens nowhere that this node can go to'})`,
      { cause },
    )
  }

  /** All ways to a node, judged. @throws SignalboxError `NODE_UNKNOWN` */
  async #select(name: string, here: DirectoryEntry | undefined): Promise<Selection> {
    const { locality, addresses } = await this.#find(name, here)
    const candidates = await Promise.all(addresses.map(address => this.#candidate(address)))
    return select(
      { locality, prefer: this.options.prefer },
      candidates.filter(candidate => candidate !== undefined),
    )
  }

  async #find(name: string, here: DirectoryEntry | undefined): Promise<Whereabouts> {
    const { directory, nodes } = this.options
    const fixed = nodes[name]
    if (fixed !== undefined) {
      const address = parseAddress(fixed)
      return { locality: this.#localityOf(address), addresses: [address] }
    }
    const entry = await directory.find(name)
    if (entry === undefined) throw await this.#unknown(name)
    const together = entry.pid === here?.pid && entry.process === here.process
    return {
      locality: together ? 'same-process' : 'same-machine',
      addresses: entry.addresses.map(parseAddress),
    }
  }

  /** Where a node is whose address somebody wrote down: as far away as its transport reaches. */
  #localityOf(address: Address): Need['locality'] {
    const transport = this.options.transports.find(({ name }) => name === address.scheme)
    switch (transport?.describe(address).reach) {
      case 'process':
        return 'same-process'
      case 'session':
      case 'machine':
        return 'same-machine'
      default:
        return 'elsewhere'
    }
  }

  /** Undefined for a transport that is not installed here. */
  async #candidate(address: Address): Promise<Candidate | undefined> {
    const transport = this.options.transports.find(({ name }) => name === address.scheme)
    if (transport === undefined) return undefined
    const availability = await transport.availability()
    return {
      transport: transport.name,
      address,
      capabilities: transport.describe(address),
      unavailable: availability.usable ? undefined : availability.reason,
    }
  }

  async #unknown(name: string): Promise<SignalboxError> {
    const { directory, namespace, nodes } = this.options
    const known = [...(await directory.entries()).map(entry => entry.name), ...Object.keys(nodes)]
    const list = known.length === 0 ? 'no node is running' : `known: ${known.join(', ')}`
    return new SignalboxError(
      'NODE_UNKNOWN',
      `there is no node ${name} in namespace ${namespace} (${list})${didYouMean(name, known)}`,
    )
  }
}
