import { type Address, type ConnectionTransport, parseAddress, SignalboxError } from '../contracts/index.js'
import {
  type Candidate,
  type Costs,
  type Need,
  type Preferences,
  type Rejection,
  type Requirements,
  type Selection,
  select,
} from '../routing/index.js'
import type { Directory } from './directory.js'
import type { DirectoryEntry } from './directory-entry.js'
import { didYouMean } from './nearest-name.js'

/** What {@link Ways} are found by. */
export interface WaysOptions {
  readonly namespace: string
  readonly transports: readonly ConnectionTransport[]
  /** What the user says of transports. */
  readonly preferences: Preferences
  /** What is known of the costs on this machine. */
  readonly costs: Costs
  /** Addresses of nodes that no directory lists. */
  readonly nodes: Readonly<Record<string, string>>
  readonly directory: Directory
}

/** The whole table of a choice: every way to a node, its place or the rule that rejects it, and why. */
export interface Explanation extends Selection {
  /** The node that is to be reached. */
  readonly node: string
  /** What the ways were judged by. */
  readonly need: Need
}

/** Where a node is, and where it can be reached. */
interface Whereabouts {
  readonly locality: Need['locality']
  readonly addresses: readonly Address[]
}

/** Finds all ways to a node, and judges them. */
export class Ways {
  constructor(private readonly options: WaysOptions) {}

  /**
   * All ways to a node, judged.
   * @param here this node's own entry, which tells what is near
   * @throws SignalboxError `NODE_UNKNOWN`
   */
  async to(
    node: string,
    here: DirectoryEntry | undefined,
    requirements: Requirements = {},
  ): Promise<Explanation> {
    const { locality, addresses } = await this.#find(node, here)
    const need = { ...this.options.preferences, ...requirements, locality }
    const candidates: Candidate[] = []
    const foreign: Rejection[] = []
    for (const address of addresses) {
      const transport = this.#transport(address)
      if (transport === undefined) foreign.push(notInstalled(address))
      else candidates.push(await this.#candidate(transport, address))
    }
    const { chosen, ranked, rejected } = select(need, candidates)
    return { node, need, chosen, ranked, rejected: [...rejected, ...foreign] }
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
    switch (this.#transport(address)?.describe(address).reach) {
      case 'process':
        return 'same-process'
      case 'session':
      case 'machine':
        return 'same-machine'
      default:
        return 'elsewhere'
    }
  }

  async #candidate(transport: ConnectionTransport, address: Address): Promise<Candidate> {
    const availability = await transport.availability()
    const capabilities = transport.describe(address)
    return {
      transport: transport.name,
      address,
      capabilities,
      unavailable: availability.usable ? undefined : availability.reason,
      cost: this.options.costs.of(transport.name, capabilities),
    }
  }

  #transport({ scheme }: Address): ConnectionTransport | undefined {
    return this.options.transports.find(({ name }) => name === scheme)
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

function notInstalled(address: Address): Rejection {
  const because = 'no such transport is installed here'
  return { transport: address.scheme, address, rule: 'availability', because }
}
