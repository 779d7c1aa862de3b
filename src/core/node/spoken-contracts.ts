import type { Codec, Encoder } from '../contracts/index.js'
import type { Receipt } from '../link/index.js'
import { answerHead } from './answer-message.js'
import type { LocalContract } from './contract-table.js'
import { encodeHead, type HeadOptions, questionHead } from './envelope.js'
import { NumberedEncoder } from './numbered-encoder.js'

/** How a contract is written for a peer that certainly knows it: without its declaration. */
export interface KnownContract {
  /** What stands before the value of a plain message. */
  readonly head: Uint8Array
  /** Writes questions, heads and all. */
  readonly questions: NumberedEncoder
}

/** One of our contracts in one session: how it is written, and whether the peer can read it undeclared. */
export class SpokenContract {
  /** Writes what goes to the handler. */
  readonly input: Encoder
  /** There is one as soon as the peer certainly knows the contract. */
  known: KnownContract | undefined
  #output: Encoder | undefined
  #answers: NumberedEncoder | undefined

  constructor(
    readonly contract: LocalContract,
    private readonly codec: Codec,
  ) {
    this.input = contract.encoder('input', codec)
  }

  /** Writes the values of answers. */
  get output(): Encoder {
    this.#output ??= this.contract.encoder('output', this.codec)
    return this.#output
  }

  /** Writes answers, heads and all, for a peer that knows the contract. */
  get answers(): NumberedEncoder {
    this.#answers ??= new NumberedEncoder(...answerHead(this.contract), this.output)
    return this.#answers
  }

  /** The peer accepted something that declared the contract. */
  learned(): void {
    this.known ??= {
      head: encodeHead(this.contract, { known: true }),
      questions: new NumberedEncoder(...questionHead(this.contract), this.input),
    }
  }

  /** A receipt that tells `receipt`, and learns of it whether the peer knows the contract now. */
  learning(receipt: Receipt): Receipt {
    return {
      settle: outcome => {
        if (outcome.status === 'accepted') this.learned()
        receipt.settle(outcome)
      },
    }
  }

  /** What stands before a value. A contract that the peer may not know is declared. */
  head(options?: Omit<HeadOptions, 'known'>): Uint8Array {
    if (options === undefined && this.known !== undefined) return this.known.head
    return encodeHead(this.contract, { ...options, known: this.known !== undefined })
  }
}

/** All contracts of ours that were spoken of in one session. */
export class SpokenContracts {
  /** By their number: each message is looked up here. */
  readonly #spoken: SpokenContract[] = []

  constructor(private readonly codec: Codec) {}

  of(contract: LocalContract): SpokenContract {
    const spoken = this.#spoken[contract.id] ?? new SpokenContract(contract, this.codec)
    this.#spoken[contract.id] = spoken
    return spoken
  }
}
