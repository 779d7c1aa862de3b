import {
  type MessageContract,
  type Protocol,
  type RequestContract,
  SignalboxError,
} from '../contracts/index.js'
import type { ContractTable, LocalContract } from '../node/contract-table.js'

/** One entry of a protocol: what is said, and the name under which an actor has the handler for it. */
export interface LocalEntry {
  readonly name: string
  readonly kind: 'message' | 'request'
  readonly contract: LocalContract
}

/** A protocol as this node uses it. One serves all its actors, and all references to them. */
export class LocalProtocol {
  readonly name: string
  readonly entries: readonly LocalEntry[]
  /** By the contract's number: each message is looked up here. */
  readonly #byContract: LocalEntry[] = []

  /** @throws SignalboxError `CONTRACT_MISMATCH` when one of its contracts is declared twice, with different schemas */
  constructor(protocol: Protocol, contracts: ContractTable) {
    this.name = protocol.name
    this.entries = Object.entries<MessageContract | RequestContract>(protocol.entries).map(
      ([name, contract]) => ({ name, kind: contract.kind, contract: contracts.register(contract) }),
    )
    for (const entry of this.entries) this.#byContract[entry.contract.id] = entry
  }

  /** The entry with the handler for a contract. @throws SignalboxError `CONTRACT_UNHANDLED` */
  entryOf(contract: LocalContract, actor: { readonly path: string }): LocalEntry {
    const entry = this.#byContract[contract.id]
    if (entry !== undefined) return entry
    throw new SignalboxError(
      'CONTRACT_UNHANDLED',
      `${actor.path} (${this.name}) has no handler for ${contract.key}`,
    )
  }

  /** States that an actor has all handlers. @throws SignalboxError `CONTRACT_INVALID` */
  assertComplete(handlers: object, actor: { readonly path: string }): void {
    for (const { name, contract } of this.entries) {
      if (typeof (handlers as Readonly<Record<string, unknown>>)[name] === 'function') continue
      throw new SignalboxError('CONTRACT_INVALID', `${actor.path} has no handler ${name} for ${contract.key}`)
    }
  }
}
