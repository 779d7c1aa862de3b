import { type Protocol, SignalboxError } from '../contracts/index.js'
import type { ContractTable, LocalContract } from '../node/contract-table.js'

/** The handlers of a protocol: the name under which an actor has each. One table serves all its actors. */
export class HandlerTable {
  readonly #names = new Map<LocalContract, string>()

  constructor(
    private readonly protocol: Protocol,
    contracts: ContractTable,
  ) {
    for (const [name, contract] of Object.entries(protocol.entries))
      this.#names.set(contracts.register(contract), name)
  }

  /** @throws SignalboxError `CONTRACT_UNHANDLED` */
  nameOf(contract: LocalContract, actor: string): string {
    const name = this.#names.get(contract)
    if (name !== undefined) return name
    throw new SignalboxError(
      'CONTRACT_UNHANDLED',
      `${actor} (${this.protocol.name}) has no handler for ${contract.key}`,
    )
  }

  /** States that an actor has all handlers. @throws SignalboxError `CONTRACT_INVALID` */
  assertComplete(handlers: object, actor: string): void {
    for (const [contract, name] of this.#names) {
      if (typeof Reflect.get(handlers, name) === 'function') continue
      throw new SignalboxError('CONTRACT_INVALID', `${actor} has no handler ${name} for ${contract.key}`)
    }
  }
}
