import type { Codec, Encoder } from '../contracts/index.js'
import type { LocalContract } from './contract-table.js'
import { encodeHead, type HeadOptions } from './envelope.js'

/** One of our contracts in one session: how it is written, and whether the peer can read it undeclared. */
export class SpokenContract {
  /** Writes what goes to the handler. */
  readonly input: Encoder
  /** The head of a plain message; there is one as soon as the peer certainly knows the contract. */
  #plainHead: Uint8Array | undefined

  constructor(
    readonly contract: LocalContract,
    private readonly codec: Codec,
  ) {
    this.input = contract.encoder('input', codec)
  }

  /** Writes answers. */
  get output(): Encoder {
    return this.contract.encoder('output', this.codec)
  }

  /** Whether the peer certainly knows the contract. */
  get known(): boolean {
    return this.#plainHead !== undefined
  }

  /** The peer accepted something that declared the contract. */
  learned(): void {
    this.#plainHead ??= encodeHead(this.contract, { known: true })
  }

  /** What stands before a value. A contract that the peer may not know is declared. */
  head(options?: Omit<HeadOptions, 'known'>): Uint8Array {
    if (options === undefined && this.#plainHead !== undefined) return this.#plainHead
    return encodeHead(this.contract, { ...options, known: this.known })
  }
}

/** All contracts of ours that were spoken of in one session. */
export class SpokenContracts {
  readonly #spoken = new Map<LocalContract, SpokenContract>()

  constructor(private readonly codec: Codec) {}

  of(contract: LocalContract): SpokenContract {
    let spoken = this.#spoken.get(contract)
    if (spoken === undefined) {
      spoken = new SpokenContract(contract, this.codec)
      this.#spoken.set(contract, spoken)
    }
    return spoken
  }
}
