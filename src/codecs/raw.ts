import { type Codec, SignalboxError } from '../core/contracts/index.js'
import { kindOf, overLimit } from './outside.js'

/**
 * Bytes as they are, for contracts that carry data of their own format. The encoder lends the very
 * array that it was given; the decoder returns a copy.
 * @example raw().encoder([], defaultValueLimits).encode(new Uint8Array([1, 2, 3]))
 */
export function raw(): Codec {
  return {
    name: 'raw',
    domain: 'Uint8Array (a Buffer arrives as Uint8Array)',
    trust: 'anyone',
    encoder: (_structures, limits) => ({
      encode(value) {
        if (!(value instanceof Uint8Array)) {
          throw new SignalboxError(
            'VALUE_NOT_ENCODABLE',
            `raw: the value ${kindOf(value)}; this codec carries Uint8Array only: use msgpack for values`,
          )
        }
        if (value.length > limits.length) throw overLimit('raw', 'length', limits.length)
        return value
      },
    }),
    decoder: (_structures, limits) => ({
      decode(bytes, start = 0, end = bytes.length) {
        if (end - start > limits.length) throw overLimit('raw', 'length', limits.length)
        return new Uint8Array(bytes.subarray(start, end))
      },
    }),
  }
}
