import { deepStrictEqual } from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import { v8 } from '../../src/codecs/v8.js'
import { defaultValueLimits, type ValueLimits } from '../../src/core/contracts/index.js'
import { failsWith } from './fails-with.js'
import { holds } from './property.js'
import { domains } from './values.js'

const encode = (value: unknown, limits: Partial<ValueLimits> = {}) =>
  v8()
    .encoder([], { ...defaultValueLimits, ...limits })
    .encode(value)
const decode = (bytes: Uint8Array) => v8().decoder([], defaultValueLimits).decode(bytes)

describe('v8', () => {
  it('is for local peers only', () => {
    expect(v8().trust).toBe('local')
  })

  it('round-trips its domain', () => {
    holds(domains.v8, value => deepStrictEqual(decode(encode(value)), value))
  })

  it('keeps cycles and shared references', () => {
    const shared = { name: 'shared' }
    const value: Record<string, unknown> = { a: shared, b: [shared], m: new Map([[shared, 1]]) }
    value['self'] = value
    const copy = decode(encode(value)) as typeof value
    expect(copy['self']).toBe(copy)
    expect((copy['b'] as unknown[])[0]).toBe(copy['a'])
  })

  it('returns arrays that share no memory with the bytes', () => {
    const bytes = Buffer.from(encode([new Uint8Array([1, 2, 3]), new Float64Array([4])]))
    const copy = decode(bytes)
    bytes.fill(0)
    deepStrictEqual(copy, [new Uint8Array([1, 2, 3]), new Float64Array([4])])
  })

  it.each([
    ['a function', { a: [() => 1] }, 'a[0] is a function'],
    ['a symbol', Symbol('x'), 'the value is a symbol'],
    ['a class instance', { order: new (class Order {})() }, 'order is an instance of Order'],
    ['an error', [new RangeError('x')], '[0] is an instance of RangeError'],
    ['a promise', [Promise.resolve()], '[0] is an instance of Promise'],
    ['shared memory', [new SharedArrayBuffer(1)], '[0] is an instance of SharedArrayBuffer'],
  ])('refuses %s, which would not arrive as it is', (_, value, path) => {
    expect(failsWith('VALUE_NOT_ENCODABLE', () => encode(value)).message).toContain(`v8: ${path}`)
  })

  it('refuses it in a value with cycles too', () => {
    const value: Record<string, unknown> = {}
    value['self'] = value
    value['call'] = () => 1
    expect(failsWith('VALUE_NOT_ENCODABLE', () => encode(value)).message).toContain('v8: call is a function')
  })

  it('holds to its limits where it writes', () => {
    failsWith('LIMIT_EXCEEDED', () => encode([[[]]], { depth: 2 }))
    failsWith('LIMIT_EXCEEDED', () => encode([1, [2]], { count: 2 }))
    failsWith('LIMIT_EXCEEDED', () => encode('éé', { length: 3 }))
    failsWith('LIMIT_EXCEEDED', () => encode(new Float64Array(1), { length: 7 }))
  })
})
