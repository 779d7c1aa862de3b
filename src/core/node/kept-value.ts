import { deserialize, serialize } from 'node:v8'
import { reasonOf, SignalboxError } from '../contracts/index.js'
import type { LocalContract } from './contract-table.js'

/**
 * A value as it was when it was told, until a session is there that it can be encoded for: its owner may go on with it,
 * and it is known how many bytes wait.
 */
export class KeptValue {
  readonly #bytes: Uint8Array

  /** @throws SignalboxError `VALUE_NOT_ENCODABLE` */
  constructor(contract: LocalContract, value: unknown) {
    try {
      // V8 holds on to what it serializes until a collection is over. Were that the value itself, V8 would believe that such
      // values live long, and make them where only the dear collections find them, for as long as the process lives.
      this.#bytes = serialize(structuredClone(value))
    } catch (cause) {
      throw new SignalboxError('VALUE_NOT_ENCODABLE', `${contract.key}: ${reasonOf(cause)}`, { cause })
    }
  }

  /** How many it keeps. */
  get bytes(): number {
    return this.#bytes.length
  }

  /** It again: another one each time. */
  get value(): unknown {
    return deserialize(this.#bytes)
  }
}
