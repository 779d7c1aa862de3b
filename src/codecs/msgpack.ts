import type { Codec } from '../core/contracts/index.js'
import { MsgpackDecoder } from './msgpack/decoder.js'
import { domain } from './msgpack/domain.js'
import { MsgpackEncoder } from './msgpack/encoder.js'

/**
 * MessagePack, the codec between nodes: compact, fast, and safe against hostile bytes. Objects of the
 * shapes that a contract declares travel without their keys, as the records of the msgpackr library.
 *
 * Objects arrive as ordinary ones, also those without a prototype. Symbols as keys, keys that are not
 * enumerable and named properties of arrays are no part of a value; getters are read once.
 * Malformed UTF-8 reads as U+FFFD.
 * @example
 * const codec = msgpack()
 * const encoder = codec.encoder([['id', 'total']], defaultValueLimits)
 * const bytes = encoder.encode({ id: 'sku-1', total: 3 })
 */
export function msgpack(): Codec {
  return {
    name: 'msgpack',
    domain,
    trust: 'anyone',
    encoder: (structures, limits) => new MsgpackEncoder(structures, limits),
    decoder: (structures, limits) => new MsgpackDecoder(structures, limits),
  }
}
