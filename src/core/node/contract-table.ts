import {
  type AnyContract,
  type Codec,
  contractKey,
  defaultValueLimits,
  type Encoder,
  type Schema,
  SignalboxError,
  type Structures,
} from '../contracts/index.js'
import { compiledSchema } from './compiled-schema.js'
import { digestOf } from './digest.js'
import { structuresOf } from './structures.js'

/** The schemas of a contract by the role of the values: what goes to the handler, and what comes back. */
export interface ContractSchemas {
  readonly input: Schema
  readonly output: Schema | undefined
}

/** Which of a contract's values is meant. */
export type Part = 'input' | 'output'

/** A contract as this node uses it: its number here, and all that encoding its values takes. */
export class LocalContract {
  readonly key: string
  readonly schemas: ContractSchemas
  /** Of all its schemas; undefined where a schema's library gives no JSON Schema. */
  readonly digest: string | undefined
  readonly structures: Readonly<Record<Part, Structures>>
  #judges: ContractSchemas | undefined
  readonly #encoders: Readonly<Record<Part, Map<Codec, Encoder>>> = { input: new Map(), output: new Map() }

  constructor(
    /** What this node calls the contract on the wire. */
    readonly id: number,
    readonly contract: AnyContract,
  ) {
    this.key = contractKey(contract)
    this.schemas = schemasOf(contract)
    const { input, output } = this.schemas
    const digests = digestedSchemas(contract).map(digestOf)
    this.digest = digests.includes(undefined) ? undefined : digests.join('-')
    this.structures = { input: structuresOf(input), output: output === undefined ? [] : structuresOf(output) }
  }

  /** Its schemas for what comes from peers, which judge as those do; made when the first value comes. */
  get judges(): ContractSchemas {
    this.#judges ??= compiledSchemas(this.schemas)
    return this.#judges
  }

  /** The encoder of one part's values; made once per codec. */
  encoder(part: Part, codec: Codec): Encoder {
    let encoder = this.#encoders[part].get(codec)
    if (encoder === undefined) {
      encoder = codec.encoder(this.structures[part], defaultValueLimits)
      this.#encoders[part].set(codec, encoder)
    }
    return encoder
  }
}

/** The contracts that this node knows. */
export class ContractTable {
  readonly #byKey = new Map<string, LocalContract>()
  readonly #byContract = new WeakMap<AnyContract, LocalContract>()

  /**
   * The node's own view of a contract; met for the first time it gets its number.
   * @throws SignalboxError `CONTRACT_MISMATCH` when another contract of this name and version is known already.
   */
  register(contract: AnyContract): LocalContract {
    const known = this.#byContract.get(contract)
    if (known !== undefined) return known
    const added = new LocalContract(this.#byKey.size, contract)
    const twin = this.#byKey.get(added.key)
    if (twin !== undefined && twin.digest !== added.digest) {
      throw new SignalboxError(
        'CONTRACT_MISMATCH',
        `${added.key} is declared twice in this process with different schemas; give the new one another version`,
      )
    }
    const entry = twin ?? added
    this.#byKey.set(entry.key, entry)
    this.#byContract.set(contract, entry)
    return entry
  }

  find(key: string): LocalContract | undefined {
    return this.#byKey.get(key)
  }

  [Symbol.iterator](): Iterator<LocalContract> {
    return this.#byKey.values()
  }
}

/** What two nodes must agree on. A state's key is part of it, although it travels as text. */
function digestedSchemas(contract: AnyContract): readonly Schema[] {
  switch (contract.kind) {
    case 'message':
      return [contract.payload]
    case 'request':
      return [contract.input, contract.output]
    case 'state':
      return [contract.value, contract.key]
  }
}

function schemasOf(contract: AnyContract): ContractSchemas {
  switch (contract.kind) {
    case 'message':
      return { input: contract.payload, output: undefined }
    case 'request':
      return { input: contract.input, output: contract.output }
    case 'state':
      return { input: contract.value, output: undefined }
  }
}

function compiledSchemas({ input, output }: ContractSchemas): ContractSchemas {
  return {
    input: compiledSchema(input),
    output: output === undefined ? undefined : compiledSchema(output),
  }
}
