import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { raw } from '../../src/codecs/raw.js'
import { defaultValueLimits } from '../../src/core/contracts/index.js'
import { failsWith } from './fails-with.js'
import { holds } from './property.js'

const encoder = raw().encoder([], defaultValueLimits)
const decoder = raw().decoder([], defaultValueLimits)

describe('raw', () => {
  it('returns a copy of the bytes, and no Buffer', () => {
    holds(fc.uint8Array(), bytes => {
      const copy = decoder.decode(encoder.encode(bytes)) as Uint8Array
      expect(copy).toStrictEqual(bytes)
      expect(copy.buffer).not.toBe(bytes.buffer)
    })
    expect(decoder.decode(encoder.encode(Buffer.from('a')))).toStrictEqual(new Uint8Array([97]))
  })

  it.each(['text', 1, [1], new Uint16Array(1), new ArrayBuffer(1), null])('refuses %s', value => {
    failsWith('VALUE_NOT_ENCODABLE', () => encoder.encode(value))
  })

  it('holds to the length limit on both sides', () => {
    const limits = { ...defaultValueLimits, length: 2 }
    failsWith('LIMIT_EXCEEDED', () => raw().encoder([], limits).encode(new Uint8Array(3)))
    failsWith('LIMIT_EXCEEDED', () => raw().decoder([], limits).decode(new Uint8Array(3)))
  })
})
