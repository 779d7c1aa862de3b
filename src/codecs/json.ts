import { isUtf8 } from 'node:buffer'
import { type Codec, isSignalboxError, reasonOf, type ValueLimits } from '../core/contracts/index.js'
import { checkJsonText } from './json/text.js'
import { checkParsed, JsonWriter } from './json/value.js'
import { notDecodable, notEncodable } from './outside.js'

const domain =
  'null, booleans, finite numbers, strings, and, nested without cycles, arrays without holes and plain objects by ' +
  'their own enumerable string keys (none of them "__proto__", no undefined)'

/**
 * JSON text in UTF-8, for people who read along and for foreign programs. It is slower and larger than
 * msgpack. Unlike `JSON.stringify` it refuses what JSON cannot say (NaN, undefined, a Date) instead of
 * writing something else; -0 survives. Numbers of foreign writers are read as doubles.
 * @example json().encoder([], defaultValueLimits).encode({ id: 'sku-1', total: 3 })
 */
export function json(): Codec {
  return {
    name: 'json',
    domain,
    trust: 'anyone',
    encoder: (_structures, limits) => ({
      encode(value) {
        try {
          return Buffer.from(new JsonWriter(limits).write(value))
        } catch (thrown) {
          throw notEncodable('json', domain, value, thrown)
        }
      },
    }),
    decoder: (_structures, limits) => ({
      decode: (bytes, start = 0, end = bytes.length) => decode(bytes.subarray(start, end), limits),
    }),
  }
}

function decode(bytes: Uint8Array, limits: ValueLimits): unknown {
  checkJsonText(bytes, limits)
  if (!isUtf8(bytes)) throw notDecodable('json', 'they are not UTF-8')
  try {
    const value: unknown = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
    )
    checkParsed(value)
    return value
  } catch (cause) {
    if (isSignalboxError(cause)) throw cause
    throw notDecodable('json', reasonOf(cause), cause)
  }
}
