import { type Codec, type Decoder, defaultValueLimits, SignalboxError } from '../contracts/index.js'
import type { ContractTable, LocalContract, Part } from './contract-table.js'
import type { Declaration } from './declaration.js'

/** How many contracts a peer may declare (I12). */
const DECLARATIONS = 10_000

/** A contract that the peer declared, and the decoders for what the peer sends of it. */
export class PeerContract {
  /** How errors call what the peer answers by it. */
  readonly answer: string
  #local: LocalContract | undefined
  readonly #decoders: Partial<Record<Part, Decoder>> = {}

  constructor(
    private readonly declaration: Declaration,
    private readonly peer: string,
    private readonly self: string,
    private readonly table: ContractTable,
    private readonly codec: Codec,
  ) {
    this.answer = `${declaration.key}, answer of ${peer}`
  }

  get key(): string {
    return this.declaration.key
  }

  get digest(): string | undefined {
    return this.declaration.digest
  }

  /**
   * The same contract as this node knows it.
   * @throws SignalboxError `CONTRACT_UNHANDLED` when it does not, `CONTRACT_MISMATCH` when it means something else by it.
   */
  local(): LocalContract {
    if (this.#local !== undefined) return this.#local
    const local = this.table.find(this.key)
    if (local === undefined) {
      throw new SignalboxError(
        'CONTRACT_UNHANDLED',
        `${this.self} knows no ${this.key}; does it run an older version of the contracts?`,
      )
    }
    assertAgreed(local, this.self, this.digest, this.peer)
    this.#local = local
    return local
  }

  decoder(part: Part): Decoder {
    this.#decoders[part] ??= this.codec.decoder(this.declaration.structures[part], defaultValueLimits)
    return this.#decoders[part]
  }
}

/** All that one peer declared in one session. */
export class PeerContracts {
  /** A map, because how the peer numbers them is its own business. */
  readonly #byId = new Map<number, PeerContract>()
  readonly #byKey = new Map<string, PeerContract>()

  constructor(
    private readonly peer: string,
    private readonly self: string,
    private readonly table: ContractTable,
    private readonly codec: Codec,
  ) {}

  /** Takes a declaration; one that was heard before changes nothing. @throws SignalboxError `LIMIT_EXCEEDED` */
  declare(declaration: Declaration): PeerContract {
    const known = this.#byId.get(declaration.id)
    if (known !== undefined) return known
    if (this.#byId.size >= DECLARATIONS) {
      throw new SignalboxError('LIMIT_EXCEEDED', `${this.peer} declares more than ${DECLARATIONS} contracts`)
    }
    const contract = new PeerContract(declaration, this.peer, this.self, this.table, this.codec)
    this.#byId.set(declaration.id, contract)
    this.#byKey.set(contract.key, contract)
    return contract
  }

  /** @throws SignalboxError `CONTRACT_UNHANDLED` for a number that was never declared. */
  get(id: number): PeerContract {
    const contract = this.#byId.get(id)
    if (contract === undefined)
      throw new SignalboxError('CONTRACT_UNHANDLED', `${this.peer} never declared its contract ${id}`)
    return contract
  }

  /** @throws SignalboxError `CONTRACT_MISMATCH` when the peer declared something else under this name and version. */
  assertAgreed(contract: LocalContract): void {
    const theirs = this.#byKey.get(contract.key)
    if (theirs !== undefined) assertAgreed(contract, this.self, theirs.digest, this.peer)
  }
}

function assertAgreed(local: LocalContract, self: string, digest: string | undefined, peer: string): void {
  if (local.digest === undefined || digest === undefined || local.digest === digest) return
  throw new SignalboxError(
    'CONTRACT_MISMATCH',
    `${local.key} means one thing on ${self} (${local.digest}) and another on ${peer} (${digest}); ` +
      'run the same contracts on both, or give the new one another version',
  )
}
