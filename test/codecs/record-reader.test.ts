import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { MsgpackDecoder } from '../../src/codecs/msgpack/decoder.js'
import { MsgpackEncoder } from '../../src/codecs/msgpack/encoder.js'
import { NOT_READ, RecordReader } from '../../src/codecs/msgpack/record-reader.js'
import { defaultValueLimits } from '../../src/core/contracts/index.js'
import { holds } from './property.js'
import { domains } from './values.js'

const declared = [
  ['id', 'total'],
  ['constructor', 'prototype'],
  ['2', '1'],
]
const limits = { depth: 6, length: 200, count: 60 }

/** A decoder that reads everything with msgpackr, as where no code may be generated. */
function byMsgpackr(structures = declared): MsgpackDecoder {
  vi.stubGlobal('Function', () => {
    throw new EvalError('Code generation from strings disallowed for this context')
  })
  try {
    return new MsgpackDecoder(structures, limits)
  } finally {
    vi.unstubAllGlobals()
  }
}

const encoded = (value: unknown, structures = declared) =>
  Uint8Array.from(new MsgpackEncoder(structures, defaultValueLimits).encode(value))

/** What the reader reads, msgpackr reads as well, and the same; how many of them it read. */
function agreement(structures: string[][], values: fc.Arbitrary<Uint8Array>): number {
  const reader = new RecordReader(structures, limits)
  const other = byMsgpackr(structures)
  let read = 0
  holds(
    values,
    bytes => {
      const value = reader.read(bytes, 0, bytes.length)
      if (value === NOT_READ) return
      read++
      // Malformed text has no agreed number of U+FFFD.
      if (!JSON.stringify(value)?.includes('\uFFFD')) deepStrictEqual(value, other.decode(bytes))
    },
    2000,
  )
  return read
}

describe('the reader of records and msgpackr agree', () => {
  it.each([[declared], [[]]])('on values of every kind, with the structures %j', structures => {
    expect(
      agreement(
        structures,
        domains.msgpack.map(value => encoded(value, structures)),
      ),
    ).toBeGreaterThan(100)
  })

  it('on bytes of every kind', () => {
    expect(agreement(declared, fc.uint8Array({ maxLength: 12 }))).toBeGreaterThan(10)
  })

  it('on damaged records', () => {
    const whole = fc
      .record({ id: fc.oneof(fc.integer(), fc.double(), fc.boolean()), total: fc.string({ maxLength: 40 }) })
      .map(value => encoded([value, value, null]))
    const damaged = fc.tuple(whole, fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
      bytes[at % bytes.length] = byte
      return bytes
    })
    expect(agreement(declared, damaged)).toBeGreaterThan(100)
  })
})

it('records of text of any length, numbers, booleans and null are read without msgpackr', () => {
  const reader = new RecordReader(declared, { ...limits, length: 300 })
  for (let length = 0; length < 300; length++) {
    const value = {
      id: 'ä'.repeat(length % 3) + 'x'.repeat(length % 290),
      total: [length * 1.5, -length, true, null],
    }
    const bytes = encoded(value)
    deepStrictEqual(reader.read(bytes, 0, bytes.length), value)
  }
})

it('the fields of what is read stand in the order in which msgpackr puts them', () => {
  const bytes = Uint8Array.of(0x92, 0x40, 1, 2, 0x42, 1, 2)
  const keysOf = (value: unknown) => (value as object[]).map(Object.keys)
  expect(keysOf(new RecordReader(declared, limits).read(bytes, 0, bytes.length))).toEqual(
    keysOf(byMsgpackr().decode(bytes)),
  )
})

it.each([
  ['deeper', [[[[[[[1]]]]]]]],
  ['longer', 'x'.repeat(201)],
  ['more', new Array(61).fill(1)],
])('what goes %s than the limits is left to who says so', (_, value) => {
  const bytes = encoded(value)
  expect(new RecordReader(declared, limits).read(bytes, 0, bytes.length)).toBe(NOT_READ)
  expect(() => new MsgpackDecoder(declared, limits).decode(bytes)).toThrow(
    expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
  )
})

it('a process that may not generate code decodes all the same', () => {
  expect(byMsgpackr().decode(encoded({ id: 1, total: 'two' }))).toEqual({ id: 1, total: 'two' })
})
