import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { json } from '../../src/codecs/json.js'
import { msgpack } from '../../src/codecs/msgpack.js'
import { raw } from '../../src/codecs/raw.js'
import { v8 } from '../../src/codecs/v8.js'
import { type Codec, defaultValueLimits, isSignalboxError } from '../../src/core/contracts/index.js'
import { failsWith } from './fails-with.js'
import { holds } from './property.js'
import { domains } from './values.js'

const declared = [
  ['id', 'total'],
  ['constructor', 'prototype'],
]
const limits = { depth: 16, length: 10_000, count: 1_000 }
const decoderOf = (codec: Codec) => codec.decoder(declared, limits)
const untouched = Reflect.ownKeys(Object.prototype)

/** Decodes what may be anything: a value or one of the two errors, and no trace in any prototype. */
function tries(codec: Codec, bytes: Uint8Array): unknown {
  let value: unknown
  try {
    value = decoderOf(codec).decode(bytes)
  } catch (error) {
    if (!isSignalboxError(error, 'VALUE_NOT_DECODABLE', 'LIMIT_EXCEEDED')) throw error
  }
  deepStrictEqual(Reflect.ownKeys(Object.prototype), untouched)
  return value
}

/** Valid bytes with some of them replaced, cut, or repeated. */
const mutated = (codec: Codec, values: fc.Arbitrary<unknown>) =>
  fc
    .tuple(
      values.map(value => Uint8Array.from(codec.encoder(declared, defaultValueLimits).encode(value))),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      fc.nat(),
      fc.boolean(),
    )
    .map(([bytes, edits, cut, cuts]) => {
      for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte
      return cuts ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes
    })

describe.each([
  { codec: msgpack(), values: domains.msgpack },
  { codec: json(), values: domains.json },
  { codec: raw(), values: fc.uint8Array() },
])('hostile bytes to $codec.name', ({ codec, values }) => {
  it('give a value or a named error: random ones', () => {
    holds(fc.uint8Array({ maxLength: 200 }), bytes => tries(codec, bytes), 2000)
  })

  it('give a value or a named error: mutated ones, and what is read can be written', () => {
    const encoder = codec.encoder(declared, limits)
    holds(
      mutated(codec, values),
      bytes => {
        const value = tries(codec, bytes)
        try {
          if (value !== undefined) encoder.encode(value)
        } catch (error) {
          // Malformed UTF-8 reads as three bytes each, and may be longer then; keys with U+FEFF are read only.
          if (!isSignalboxError(error, 'LIMIT_EXCEEDED') && !String(error).includes('U+FEFF')) throw error
        }
      },
      1000,
    )
  })
})

describe('damaged bytes to v8', () => {
  it('give a value or a named error', () => {
    const whole = Buffer.from(
      v8()
        .encoder([], defaultValueLimits)
        .encode({ a: [1, 'two', new Map([[3, 4n]])] }),
    )
    for (let cut = 0; cut < whole.length; cut++) tries(v8(), whole.subarray(0, cut))
    failsWith('VALUE_NOT_DECODABLE', () => decoderOf(v8()).decode(whole.subarray(0, 5)))
    failsWith('VALUE_NOT_DECODABLE', () => decoderOf(v8()).decode(Buffer.from('not from v8')))
  })
})

describe('msgpack bombs', () => {
  const decodeAll = (bytes: number[]) => decoderOf(msgpack()).decode(Uint8Array.from(bytes))
  const decode = (...bytes: number[]) => decodeAll(bytes)
  const many = [0xff, 0xff, 0xff, 0xff]

  it.each([
    ['an array of 2^32', 0xdd],
    ['an object of 2^32', 0xdf],
    ['a string of 2^32 bytes', 0xdb],
    ['a binary of 2^32 bytes', 0xc6],
  ])('%s is refused by its header', (_, token) => {
    failsWith('LIMIT_EXCEEDED', () => decode(token, ...many))
  })

  it('arrays that claim within the limit what is not there are refused before they are made', () => {
    failsWith('VALUE_NOT_DECODABLE', () => decode(0xdc, 0x03, 0xe0))
    failsWith('VALUE_NOT_DECODABLE', () => decode(0xde, 0x01, 0x00, 0xa1, 0x61, 1))
  })

  it('many small containers count together', () => {
    failsWith('LIMIT_EXCEEDED', () => decode(0xdc, 0x02, 0x00, ...new Array(512).fill([0x91, 1]).flat()))
  })

  it.each([
    ['arrays', [0x91]],
    ['objects', [0x81, 0xa1, 0x61]],
    ['records', [0x40, 1]],
    ['sets', [0xd4, 0x73, 0, 0x91]],
    ['maps', [0xd4, 0x4d, 0, 0x92, 1]],
  ])('%s in each other are refused at the limit, however many', (_, opening) => {
    failsWith('LIMIT_EXCEEDED', () => decodeAll(new Array(100_000).fill(opening).flat()))
  })

  it('marks of sets behind each other are no way around the depth', () => {
    failsWith('VALUE_NOT_DECODABLE', () => decodeAll(new Array(10_000).fill([0xd4, 0x73, 0]).flat()))
  })

  it.each([
    ['a record defined in the value', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1]],
    ['a wide record defined in the value', [0xd5, 0x72, 0x40, 1, 0x91, 0xa1, 0x61, 1]],
    ['an error', [0xd4, 0x65, 0, 0x92, 0xa1, 0x61, 0xa1, 0x62]],
    ['a regular expression', [0xd4, 0x78, 0, 0x92, 0xa1, 0x61, 0xa0]],
    ['a reference', [0xd6, 0x70, 0, 0, 0, 1]],
    ['a referred value', [0xd6, 0x69, 0, 0, 0, 1, 0x90]],
    ['bundled strings', [0xd6, 0x62, 0, 0, 0, 5, 0xc1]],
    ['a typed array', [0xc7, 2, 0x74, 0, 1]],
    ['a long bigint', [0xc7, 1, 0x42, 1]],
    ['the type that never is', [0xc1]],
    ['a map with half an entry', [0xd4, 0x4d, 0, 0x91, 1]],
    ['a key that is no string', [0x81, 1, 1]],
    ['a value and more', [1, 1]],
    ['nothing', []],
  ])('%s is not decodable', (_, bytes) => {
    failsWith('VALUE_NOT_DECODABLE', () => decode(...bytes))
  })
})

describe('no bytes reach a prototype', () => {
  const key = [...Buffer.from('__proto__')]
  const value = [0x81, 0xa8, ...Buffer.from('polluted'), 0xc3]

  it.each([
    ['a short key', [0x81, 0xa9, ...key, ...value]],
    ['a key with an 8-bit length', [0x81, 0xd9, 9, ...key, ...value]],
    ['a key with a 16-bit length', [0x81, 0xda, 0, 9, ...key, ...value]],
    ['a key with a 32-bit length', [0x81, 0xdb, 0, 0, 0, 9, ...key, ...value]],
    ['a wide object', [0xde, 0, 1, 0xa9, ...key, ...value]],
    ['an object within a record', [0x40, 1, 0x81, 0xa9, ...key, ...value]],
  ])('msgpack: %s named __proto__', (_, bytes) => {
    failsWith('VALUE_NOT_DECODABLE', () => decoderOf(msgpack()).decode(Uint8Array.from(bytes)))
  })

  it.each(['{"__proto__":{"polluted":true}}', '[{"\\u005f_proto__":1}]'])('json: %s', text => {
    failsWith('VALUE_NOT_DECODABLE', () => decoderOf(json()).decode(Buffer.from(text)))
  })

  it.each([msgpack(), json(), v8()])('$name: constructor and prototype are ordinary names', codec => {
    const plain = { constructor: { prototype: { polluted: true } }, prototype: {} }
    for (const structures of [declared, []]) {
      const bytes = codec.encoder(structures, limits).encode(plain)
      deepStrictEqual(codec.decoder(structures, limits).decode(bytes), plain)
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('v8: a key __proto__ stays a key', () => {
    const odd: unknown = JSON.parse('{"__proto__":{"polluted":true}}')
    const decoded = decoderOf(v8()).decode(v8().encoder([], limits).encode(odd)) as object
    expect(Object.keys(decoded)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
  })
})
