import { deserialize, serialize } from 'node:v8'
import { type Codec, reasonOf } from '../core/contracts/index.js'
import { notDecodable, notEncodable } from './outside.js'
import { CloneableCheck } from './v8/cloneable.js'

const domain =
  'what the structured clone algorithm copies unchanged: primitives but symbols, dates, regular expressions, maps, sets, ' +
  'ArrayBuffer and its views, arrays and plain objects, with shared references and cycles; no class instances, no errors'

/**
 * Node's structured clone: the widest domain, cycles included, and the slowest of the codecs.
 *
 * **Only for this user's own processes on this machine**: `v8.deserialize` was not made for hostile
 * bytes, which can make it allocate without bound or worse. So the limits hold where values are
 * written, and a reader bounds nothing. Both sides need versions of Node that understand each other.
 * Objects without a prototype arrive as ordinary ones. Bytes after the value are ignored.
 * @example v8().encoder([], defaultValueLimits).encode(new Map([[1, new Date()]]))
 */
export function v8(): Codec {
  return {
    name: 'v8',
    domain,
    trust: 'local',
    encoder: (_structures, limits) => ({
      encode(value) {
        try {
          new CloneableCheck(limits).check(value)
          return serialize(value)
        } catch (thrown) {
          throw notEncodable('v8', domain, value, thrown)
        }
      },
    }),
    decoder: () => ({
      decode(bytes, start = 0, end = bytes.length) {
        try {
          return deserialize(new Uint8Array(bytes.subarray(start, end))) // a copy, because arrays in the value are views of it
        } catch (cause) {
          throw notDecodable('v8', reasonOf(cause), cause)
        }
      },
    }),
  }
}
