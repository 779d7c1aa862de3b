/** Bounds on what a decoder builds from foreign bytes (I12). A peer is never trusted for sizes, nesting or names. */
export interface ValueLimits {
  /** How deep containers nest. @default 64 */
  readonly depth: number
  /** Bytes of one string or binary. @default 64 MiB */
  readonly length: number
  /** Elements and keys of all containers of one value together. @default 1,000,000 */
  readonly count: number
}

/** The limits where a caller names none. */
export const defaultValueLimits: ValueLimits = Object.freeze({
  depth: 64,
  length: 64 * 1024 * 1024,
  count: 1_000_000,
})

/**
 * The record structures of one contract: each is the list of keys of an object shape that its values have.
 * The sender declares them with the contract, so that both sides agree before the first value.
 */
export type Structures = readonly (readonly string[])[]

/** How many structures a contract declares at most, and keys each of them has. */
export const structureLimits = Object.freeze({ structures: 32, keys: 64 })

/** Writes values of one contract. */
export interface Encoder {
  /**
   * The encoded value. The bytes are lent: valid until the next call of any encoder.
   * @throws SignalboxError `VALUE_NOT_ENCODABLE` for what is outside the codec's domain, `LIMIT_EXCEEDED`.
   */
  encode(value: unknown): Uint8Array
  /**
   * Present where the codec can write in place: writes the value into `target` from `at` to before `end` and
   * returns where the value ends, or `undefined` when it does not fit; then what lies there is garbage.
   * Nothing else is touched. A value that nearly fills the place may count as one that does not fit.
   * @throws SignalboxError like {@link encode}.
   */
  encodeInto?(value: unknown, target: Uint8Array, at: number, end: number): number | undefined
}

/** Reads values of one contract. */
export interface Decoder {
  /**
   * The value that lies in `bytes` from `start` to before `end`. It never shares memory with `bytes`.
   * @param start @default 0
   * @param end @default the end of `bytes`
   * @throws SignalboxError `VALUE_NOT_DECODABLE`, `LIMIT_EXCEEDED`; nothing else, whatever the bytes are.
   */
  decode(bytes: Uint8Array, start?: number, end?: number): unknown
}

/** A way to write values as bytes. */
export interface Codec {
  /** What peers agree on by: `msgpack`. */
  readonly name: string
  /** The values that it round-trips, in one sentence for people. */
  readonly domain: string
  /** `local`: its decoder must only see bytes from this user's own processes on this machine. */
  readonly trust: 'anyone' | 'local'
  /** Both @throws SignalboxError `CONTRACT_INVALID`, `LIMIT_EXCEEDED` for structures that nobody may declare. */
  encoder(structures: Structures, limits: ValueLimits): Encoder
  decoder(structures: Structures, limits: ValueLimits): Decoder
}
