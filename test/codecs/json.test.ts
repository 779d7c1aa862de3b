import { deepStrictEqual } from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import { json } from '../../src/codecs/json.js'
import { defaultValueLimits, type ValueLimits } from '../../src/core/contracts/index.js'
import { failsWith } from './fails-with.js'
import { holds } from './property.js'
import { domains } from './values.js'

const encode = (value: unknown, limits: Partial<ValueLimits> = {}) =>
  json()
    .encoder([], { ...defaultValueLimits, ...limits })
    .encode(value)
const decode = (text: string | Uint8Array, limits: Partial<ValueLimits> = {}) =>
  json()
    .decoder([], { ...defaultValueLimits, ...limits })
    .decode(Buffer.from(text))

describe('json', () => {
  it('round-trips its domain, -0 and lone surrogates included', () => {
    holds(domains.json, value => deepStrictEqual(decode(encode(value)), value))
    deepStrictEqual(decode(encode([-0, '\ud800'])), [-0, '\ud800'])
  })

  it('is what JSON.stringify writes, where that says the same', () => {
    const value = { text: 'é"\n', list: [1, 2.5e-9, null, true], nested: { empty: {}, none: [] } }
    expect(Buffer.from(encode(value)).toString()).toBe(JSON.stringify(value))
  })

  it.each([
    ['NaN', { a: Number.NaN }, 'a is NaN'],
    ['infinity', [1, -Infinity], '[1] is -Infinity'],
    ['undefined in an object', { a: { b: undefined } }, 'a.b is undefined'],
    ['undefined itself', undefined, 'the value is undefined'],
    ['a bigint', [1n], '[0] is a bigint'],
    ['a date', { at: new Date() }, 'at is an instance of Date'],
    ['a map', { a: new Map() }, 'a is an instance of Map'],
    ['binary', [new Uint8Array(1)], '[0] is an instance of Uint8Array'],
    ['a toJSON', { a: { toJSON: () => 1 } }, 'a.toJSON is a function'],
    ['a hole', new Array(1), 'the value has a hole at 0'],
    ['the key __proto__', [JSON.parse('{"__proto__":1}')], '[0] has a key "__proto__"'],
  ])('refuses %s instead of writing something else', (_, value, path) => {
    expect(failsWith('VALUE_NOT_ENCODABLE', () => encode(value)).message).toContain(`json: ${path}`)
  })

  it('refuses a cycle, and says where it closes', () => {
    const list: unknown[] = [1]
    list.push({ list })
    expect(failsWith('VALUE_NOT_ENCODABLE', () => encode(list)).message).toContain(
      '[1].list is one of its own',
    )
  })

  it.each([
    ['depth', { depth: 2 }, '[[ ]]', '[[[]]]'],
    ['length', { length: 3 }, '["abc"]', '["abcd"]'],
    ['length of a key', { length: 3 }, '{"abc":1}', '{"abcd":1}'],
    ['count', { count: 3 }, '[1,[ ],{"a":1}]'.replace(',[ ]', ''), '[1,2,{"a":1,"b":2}]'],
  ])('holds to its limits on both sides: %s', (_, limits, fits, over) => {
    deepStrictEqual(decode(encode(JSON.parse(fits), limits), limits), JSON.parse(fits))
    failsWith('LIMIT_EXCEEDED', () => encode(JSON.parse(over), limits))
    failsWith('LIMIT_EXCEEDED', () => decode(over, limits))
  })

  it('refuses a recursion bomb before it is parsed', () => {
    failsWith('LIMIT_EXCEEDED', () => decode('['.repeat(1_000_000)))
    failsWith('LIMIT_EXCEEDED', () => decode('{"a":'.repeat(1_000_000)))
  })

  it.each(['', '{', '"abc', '"abc\\', '[1,]', '1 2', 'nul', '1e999'])('cannot read %j', text => {
    failsWith('VALUE_NOT_DECODABLE', () => decode(text))
  })

  it('cannot read what is not UTF-8', () => {
    failsWith('VALUE_NOT_DECODABLE', () => decode(Uint8Array.of(0x22, 0xff, 0x22)))
  })

  it('takes brackets, commas and escaped quotes within strings for text', () => {
    const value = ['[[[[{{,,,,', '\\"[', '\\\\', '"']
    deepStrictEqual(decode(encode(value), { depth: 1, count: 4 }), value)
  })
})
