import { deepStrictEqual } from 'node:assert/strict'
import { Unpackr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { msgpack } from '../../src/codecs/msgpack.js'
import { defaultValueLimits, type Structures, type ValueLimits } from '../../src/core/contracts/index.js'
import { failsWith } from './fails-with.js'
import { holds } from './property.js'
import { domains } from './values.js'

const declared: Structures = [['id', 'total'], ['id'], ['id', 'note', 'total']]

function pair(structures: Structures = declared, limits: Partial<ValueLimits> = {}) {
  const all = { ...defaultValueLimits, ...limits }
  return { encoder: msgpack().encoder(structures, all), decoder: msgpack().decoder(structures, all) }
}

function roundTrip(value: unknown, structures: Structures = declared): unknown {
  const { encoder, decoder } = pair(structures)
  return decoder.decode(encoder.encode(value))
}

const bytes = (...list: number[]) => Uint8Array.from(list)

describe('msgpack round-trips its domain', () => {
  it('with structures, through one encoder and one decoder', () => {
    const { encoder, decoder } = pair()
    holds(domains.msgpack, value => deepStrictEqual(decoder.decode(encoder.encode(value)), value))
  })

  it('without structures', () => {
    const { encoder, decoder } = pair([])
    holds(domains.msgpack, value => deepStrictEqual(decoder.decode(encoder.encode(value)), value), 100)
  })

  it('in place, as it does in its own buffer', () => {
    const { encoder } = pair()
    const target = new Uint8Array(1 << 20)
    holds(
      domains.msgpack,
      value => {
        const end = encoder.encodeInto?.(value, target, 7, target.length) ?? -1
        deepStrictEqual(Buffer.from(target.subarray(7, end)), Buffer.from(encoder.encode(value)))
      },
      100,
    )
  })

  it('from where they lie, and nothing around them', () => {
    const { encoder, decoder } = pair()
    const around = new Uint8Array(1 << 20).fill(0xee)
    holds(
      domains.msgpack,
      value => {
        const end = encoder.encodeInto?.(value, around, 7, around.length) ?? -1
        deepStrictEqual(decoder.decode(around, 7, end), value)
        expect(around[6]).toBe(0xee)
      },
      100,
    )
  })

  it('in bytes that msgpackr reads by itself', () => {
    const { encoder } = pair([])
    const reader = new Unpackr({ useRecords: false })
    holds(domains.json, value => deepStrictEqual(reader.unpack(encoder.encode(value)), value), 100)
  })

  it.each([
    [
      'integers at the edges of their forms',
      [0, 63, 64, 127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
    ],
    ['negative integers likewise', [-1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1]],
    ['numbers that are no integers', [-0, 0.1, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, 2 ** 53]],
    [
      'bigints, which do not become numbers',
      [0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)],
    ],
    [
      'dates',
      [0, 1, -1, 999, 1000, 2 ** 32 * 1000, 2 ** 32 * 1000 - 1, 8.64e15, -8.64e15].map(ms => new Date(ms)),
    ],
    [
      'strings at the edges of their forms',
      [0, 31, 32, 63, 64, 255, 256, 65535, 65536].map(n => 'x'.repeat(n)),
    ],
    [
      'strings beyond ASCII at the same edges',
      [10, 11, 16, 31, 32, 85, 86, 128].flatMap(n => ['é', '√', '🚂'].map(c => c.repeat(n))),
    ],
    [
      'strings that begin with a byte order mark',
      ['\uFEFF', `\uFEFF${'x'.repeat(70)}`, `\uFEFF${'√'.repeat(70_000)}`],
    ],
    ['binary at the edges of its forms', [0, 255, 256, 65535, 65536].map(n => new Uint8Array(n).fill(7))],
    ['long arrays', [15, 16, 65535, 65536].map(n => new Array(n).fill(1))],
    [
      'objects with many keys',
      [15, 16, 70_000].map(n => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]))),
    ],
    ['undefined, which stays itself', [undefined, { id: undefined }, { other: undefined }, [undefined]]],
    [
      'keys that look like members',
      [{ constructor: 1, toString: 2, hasOwnProperty: false, __keys__: null, length: 3 }],
    ],
  ])('%s', (_, values) => {
    for (const value of values) deepStrictEqual(roundTrip(value), value)
  })

  it('text of any length, with a character of two, three or four bytes at any place of it', () => {
    for (let length = 0; length < 80; length++) {
      for (const [index, odd] of ['', '\x7f', 'é', '√', '🚂', '\uFEFF'].entries()) {
        const text = `${'x'.repeat(length)}${odd}${'y'.repeat((length * 7 + index) % 40)}`
        const encoded = pair().encoder.encode(text)
        expect(Buffer.from(encoded).toString().endsWith(text)).toBe(true)
        deepStrictEqual(pair().decoder.decode(encoded), text)
      }
    }
  })

  it('a date that is none', () => {
    expect(roundTrip([new Date(Number.NaN)])).toStrictEqual([new Date(Number.NaN)])
  })

  it('a Buffer arrives as a Uint8Array, an object without prototype as an ordinary one', () => {
    deepStrictEqual(roundTrip(Buffer.from('abc')), new Uint8Array([97, 98, 99]))
    deepStrictEqual(roundTrip(Object.assign(Object.create(null), { id: 1 })), { id: 1 })
  })
})

describe('msgpack writes numbers', () => {
  it.each([
    [1, [0, 63, -1, -32]],
    [2, [64, 127, 128, 255, -33, -128]],
    [3, [256, 65_535, -129, -32_768]],
    [5, [65_536, 2 ** 31, 2 ** 32 - 1, -32_769, -(2 ** 31)]],
    [9, [2 ** 32, -(2 ** 31) - 1, 2 ** 53, -0, 0.5, Number.NaN, Infinity, -Infinity, 5e-324]],
  ])('in %i B, the shortest form that holds them', (length, numbers) => {
    for (const number of numbers) expect(pair().encoder.encode(number)).toHaveLength(length)
  })
})

describe('msgpack structures', () => {
  it('save the keys of declared shapes', () => {
    expect(pair().encoder.encode({ id: 1, total: 2 })).toHaveLength(3)
    expect(pair([]).encoder.encode({ id: 1, total: 2 })).toHaveLength(12)
  })

  it('are only used for the very keys in the very order', () => {
    for (const value of [{ total: 2, id: 1 }, { id: 1, note: 2 }, { id: 1, total: 2, more: 3 }, {}]) {
      deepStrictEqual(Object.entries(roundTrip(value) as object), Object.entries(value))
    }
  })

  it('never change by what is encoded: a shape met later travels with its keys, every time', () => {
    const { encoder } = pair()
    const first = Buffer.from(encoder.encode({ unknown: 1, shape: 2 }))
    for (let i = 0; i < 100; i++) encoder.encode({ [`key${i}`]: i })
    expect(Buffer.from(encoder.encode({ unknown: 1, shape: 2 }))).toEqual(first)
    expect(first.includes('unknown')).toBe(true)
  })

  it('can hold any other name, and 32 shapes of 64 keys', () => {
    const keys = Array.from({ length: 64 }, (_, i) => `"key ${i}'\n\u2028\\`)
    const structures = Array.from({ length: 32 }, (_, i) => keys.slice(0, 64 - i))
    for (const shape of structures) {
      const value = Object.fromEntries(shape.map((key, i) => [key, i]))
      for (let round = 0; round < 4; round++) deepStrictEqual(roundTrip(value, structures), value)
    }
  })

  it.each([
    ['__proto__', [['a', '__proto__']], 'CONTRACT_INVALID'],
    ['a key twice', [['a', 'a']], 'CONTRACT_INVALID'],
    ['what is no string', [[1 as unknown as string]], 'CONTRACT_INVALID'],
    ['33 structures', Array.from({ length: 33 }, () => ['a']), 'LIMIT_EXCEEDED'],
    ['65 keys', [Array.from({ length: 65 }, (_, i) => `k${i}`)], 'LIMIT_EXCEEDED'],
  ] as const)('refuse %s', (_, structures, code) => {
    failsWith(code, () => msgpack().decoder(structures, defaultValueLimits))
    failsWith(code, () => msgpack().encoder(structures, defaultValueLimits))
  })

  it('that were never declared cannot be used', () => {
    failsWith('VALUE_NOT_DECODABLE', () => pair().decoder.decode(bytes(0x43, 1)))
    expect(pair([]).decoder.decode(bytes(0x43))).toBe(0x43) // a plain writer's integer
  })
})

describe('msgpack refuses to write', () => {
  const withHole = [1, 2, 3]
  delete withHole[1]

  class Order {
    id = 1
  }
  const cycle: { inner: { again?: unknown } } = { inner: {} }
  cycle.inner.again = cycle
  const cases: [what: string, value: unknown, path: string][] = [
    ['a function', { order: { items: [1, 2, 3, { price: () => 1 }] } }, 'order.items[3].price is a function'],
    ['a symbol', [Symbol('x')], '[0] is a symbol'],
    ['a class instance', { total: new Order() }, 'total is an instance of Order'],
    ['an object with a prototype of its own', [Object.create({ a: 1 })], '[0] is an instance of Object'],
    ['an error', { why: new TypeError('x') }, 'why is an instance of TypeError'],
    ['a subclass of a collection', [new (class Bag extends Map {})()], '[0] is an instance of Bag'],
    [
      'a subclass of Array',
      [new (class List extends Array {})()],
      '[0] is an instance of a subclass of Array',
    ],
    ['other typed arrays', { a: new Float32Array(1) }, 'a is an instance of Float32Array'],
    ['a regular expression', { 'odd key': /x/ }, '["odd key"] is an instance of RegExp'],
    ['a bigint over 64 bits', { a: 2n ** 64n }, 'a is a bigint of more than 64 bits'],
    ['a negative one likewise', [-(2n ** 63n) - 1n], '[0] is a bigint of more than 64 bits'],
    ['a lone surrogate', ['ok', `x\ud83d`], '[1] has a lone surrogate'],
    ['a lone surrogate in a long string', [`${'√'.repeat(100)}\udc00`], '[0] has a lone surrogate'],
    ['a hole in an array', { a: withHole }, 'a has a hole at 1'],
    ['the key __proto__', { a: JSON.parse('{"__proto__": 1}') }, 'a has a key "__proto__"'],
    ['a key with a byte order mark', { a: { '\uFEFFid': 1 } }, 'a has a key that begins with U+FEFF'],
    ['a cycle', { a: [cycle] }, 'a[0].inner.again is one of its own containers'],
    ['a value in a map', new Map([['k', { a: () => 1 }]]), 'get("k").a is a function'],
    ['a value in a set', { s: new Set([Symbol()]) }, 's.values() is a symbol'],
    ['something that is none at all', () => 1, 'the value is a function'],
  ]

  it.each(cases)('%s, and says where it is', (_, value, path) => {
    expect(failsWith('VALUE_NOT_ENCODABLE', () => roundTrip(value)).message).toContain(`msgpack: ${path}`)
  })

  it('what throws while it is read, with the cause', () => {
    const cause = new Error('not now')
    const value = {
      get id() {
        throw cause
      },
    }
    expect(failsWith('VALUE_NOT_ENCODABLE', () => roundTrip(value)).cause).toBe(cause)
  })

  it('a record that loses keys while it is read', () => {
    const value = {
      get id() {
        Reflect.deleteProperty(value, 'total')
        return 1
      },
      total: 2,
    }
    failsWith('VALUE_NOT_ENCODABLE', () => roundTrip(value))
  })

  it('and encodes the next value as if nothing had happened', () => {
    const { encoder, decoder } = pair()
    failsWith('VALUE_NOT_ENCODABLE', () => encoder.encode([1, { id: Symbol() }]))
    deepStrictEqual(decoder.decode(encoder.encode([1, { id: 2 }])), [1, { id: 2 }])
  })
})

describe('msgpack limits hold on both sides', () => {
  const nest = (levels: number): unknown => (levels === 0 ? 1 : [nest(levels - 1)])
  const cases: [what: string, limits: Partial<ValueLimits>, fits: unknown, over: unknown][] = [
    ['depth', { depth: 3 }, nest(3), nest(4)],
    [
      'depth through every container',
      { depth: 5 },
      [{ id: new Map([[1, new Set([[]])]]) }],
      [{ id: new Map([[1, new Set([[[]]])]]) }],
    ],
    ['length of a string', { length: 4 }, ['abcd', '√é'.slice(0, 1)], ['abcde']],
    ['length of a string, in bytes', { length: 4 }, ['éé'], ['ééé']],
    ['length of a long string', { length: 100 }, ['x'.repeat(100)], ['x'.repeat(101)]],
    ['length of a key', { length: 4 }, { abcd: 1 }, { abcde: 1 }],
    ['length of binary', { length: 4 }, [new Uint8Array(4)], [new Uint8Array(5)]],
    ['count', { count: 4 }, [1, 2, [3]], [1, 2, [3, 4]]],
    ['count of keys', { count: 4 }, { id: { total: 1 }, other: [1] }, { id: { total: 1 }, other: [1, 2] }],
  ]

  it.each(cases)('%s', (_, limits, fits, over) => {
    const tight = pair(declared, limits)
    deepStrictEqual(tight.decoder.decode(tight.encoder.encode(fits)), fits)
    failsWith('LIMIT_EXCEEDED', () => tight.encoder.encode(over))
    failsWith('LIMIT_EXCEEDED', () => tight.decoder.decode(pair().encoder.encode(over)))
  })
})

describe('the bytes that msgpack lends', () => {
  it('are no part of what was decoded from them', () => {
    const { encoder, decoder } = pair()
    for (const size of [16, 10_000]) {
      const value = { id: new Uint8Array(size).fill(1), total: 'text that stays'.repeat(size) }
      const lent = Buffer.from(encoder.encode(value))
      const decoded = decoder.decode(lent)
      lent.fill(0xff)
      deepStrictEqual(decoded, value)
    }
  })

  it('grow with the value, and shrink again after a large one', () => {
    const { encoder, decoder } = pair()
    for (const size of [100, 3_000_000, 100, 200_000]) {
      const value = [new Uint8Array(size), 'x'.repeat(size)]
      deepStrictEqual(decoder.decode(encoder.encode(value)), value)
    }
    expect(encoder.encode(1).buffer.byteLength).toBeLessThan(2_000_000)
  })

  it('survive an encoder that is called by a getter of the value', () => {
    const { encoder, decoder } = pair()
    const inner = { id: 'inner', total: new Uint8Array(200_000) }
    const value = {
      id: 1,
      get total() {
        return Uint8Array.from(encoder.encode(inner))
      },
    }
    const outer = decoder.decode(encoder.encode(value)) as { total: Uint8Array }
    deepStrictEqual(decoder.decode(outer.total), inner)
  })

  it('survive it when the value is written in place, too', () => {
    const { encoder, decoder } = pair()
    const inner = { id: 'inner', total: new Uint8Array(200_000) }
    let copy: unknown
    const value = {
      get id() {
        copy = decoder.decode(encoder.encode(inner))
        return 1
      },
      total: 2,
    }
    const target = new Uint8Array(100)
    const end = encoder.encodeInto?.(value, target, 0, 100)
    deepStrictEqual(decoder.decode(target.subarray(0, end)), { id: 1, total: 2 })
    deepStrictEqual(copy, inner)
  })

  it('touch nothing behind the place that they were given', () => {
    const { encoder } = pair()
    holds(
      domains.msgpack,
      value => {
        const target = new Uint8Array(200).fill(0xee)
        encoder.encodeInto?.(value, target, 20, 100)
        expect([...target.subarray(0, 20), ...target.subarray(100)].every(byte => byte === 0xee)).toBe(true)
      },
      300,
    )
  })

  it('are the same in a place of any size that they fit into', () => {
    const { encoder } = pair()
    const value = [{ id: 'short', total: 19.25 }, 'é', 'x'.repeat(31), 'y'.repeat(32), true, 70_000, -1, -0]
    const whole = [...encoder.encode(value)]
    const ends = Array.from({ length: 160 }, (_, size) => {
      const target = new Uint8Array(180).fill(0xee)
      const end = encoder.encodeInto?.(value, target, 3, 3 + size)
      expect([...target.subarray(0, 3), ...target.subarray(3 + size)].every(byte => byte === 0xee)).toBe(true)
      if (end !== undefined) expect([...target.subarray(3, end)]).toEqual(whole)
      return end
    })
    expect(new Set(ends)).toEqual(new Set([undefined, 3 + whole.length]))
    expect(ends.lastIndexOf(undefined)).toBeLessThan(whole.length + 16) // a place that is nearly full may count as full
  })

  it('are not written where the place is too small, which is no error', () => {
    const { encoder } = pair()
    const target = new Uint8Array(100)
    expect(encoder.encodeInto?.('x'.repeat(90), target, 50, 100)).toBeUndefined()
    expect(encoder.encodeInto?.(new Uint8Array(100), target, 0, 100)).toBeUndefined()
    expect(encoder.encodeInto?.(1, target, 100, 100)).toBeUndefined()
    expect(encoder.encodeInto?.({ id: 1 }, target, 50, 100)).toBe(52)
    failsWith('VALUE_NOT_ENCODABLE', () => encoder.encodeInto?.(Symbol(), target, 0, 100))
    expect(encoder.encode(5)).toEqual(Uint8Array.of(5))
  })
})
