import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  contractKey,
  isSignalboxError,
  message,
  protocol,
  request,
  SignalboxError,
  state,
} from '../../../src/core/contracts/index.js'

const text = z.string()
const later = z.string().refine(async () => true)

/** What a declaration is refused with. */
function refusal(declare: () => unknown): SignalboxError {
  try {
    declare()
  } catch (error) {
    if (isSignalboxError(error)) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('a declaration', () => {
  it.each(['a', 'orders.placed', 'Orders-2', 'a_b.c-d'])('takes the name %j', name => {
    expect(contractKey(message(name, text))).toBe(`message ${name}@1`)
    expect(protocol(name, { entry: message('x', text) }).name).toBe(name)
  })

  it.each(['', ' ', '.a', 'a.', 'a..b', 'a b', 'ä', 'a/b', 'a@1', 'a\0'])('refuses the name %j', name => {
    for (const declare of [
      () => message(name, text),
      () => request(name, { input: text, output: text }),
      () => state(name, { key: text, value: text }),
      () => protocol(name, { entry: message('x', text) }),
    ]) {
      const { code, message: why } = refusal(declare)
      expect(code).toBe('CONTRACT_INVALID')
      expect(why).toContain(JSON.stringify(name)) // what
      expect(why).toContain('letters and digits') // what to do
    }
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the version %d', version => {
    const { code, message: why } = refusal(() => message('a', text, { version }))
    expect(code).toBe('CONTRACT_INVALID')
    expect(why).toBe(`message a: version ${version} is not a positive integer`)
  })

  it('counts another version as another contract', () => {
    const versions = [message('a', text), message('a', text, { version: 2 })]
    expect(versions.map(contractKey)).toEqual(['message a@1', 'message a@2'])
  })

  it.each([
    ['nothing', undefined],
    ['a function', () => true],
    ['an object', { parse: () => true }],
  ])('refuses %s as a schema, and says what is one', (_what, schema) => {
    const { code, message: why } = refusal(() => message('a', schema as unknown as typeof text))
    expect(code).toBe('CONTRACT_INVALID')
    expect(why).toContain('message a')
    expect(why).toContain('Standard Schema')
  })

  it('is frozen', () => {
    const declared = protocol('p', { entry: message('x', text) })
    expect(Object.isFrozen(declared) && Object.isFrozen(declared.entries)).toBe(true)
    expect(Object.isFrozen(declared.entries.entry)).toBe(true)
  })
})

describe('an asynchronous schema is refused where it is declared', () => {
  it.each([
    ['itself', later],
    ['a field', z.object({ a: z.object({ b: later }) })],
    ['a field that may be absent', z.object({ a: later.optional() })],
    ['an element', z.array(later)],
    ['a tuple', z.tuple([z.number(), later])],
    ['a value of a record', z.record(z.string(), later)],
    ['an alternative', z.union([z.number(), later])],
    ['an alternative within', z.object({ a: z.union([z.number(), later]) })],
    [
      'a case',
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a') }),
        z.object({ kind: z.literal('b'), text: later }),
      ]),
    ],
    ['a part of an intersection', z.intersection(z.object({ a: z.number() }), z.object({ b: later }))],
    [
      'a number in bounds',
      z
        .number()
        .min(10)
        .max(20)
        .refine(async () => true),
    ],
    [
      'a text of some length',
      z
        .string()
        .min(3)
        .max(5)
        .refine(async () => true),
    ],
    ['a choice of words', z.enum(['a', 'b']).refine(async () => true)],
    ['a flag', z.boolean().refine(async () => true)],
    ['a whole object', z.object({ a: z.number() }).refine(async () => true)],
  ])('%s', (_where, schema) => {
    const { code, message: why } = refusal(() => message('a', schema as unknown as typeof text))
    expect(code).toBe('CONTRACT_INVALID')
    expect(why).toContain('message a')
    expect(why).toContain('asynchronously')
    expect(why).toContain('move the asynchronous check into the handler')
  })

  it('in each part of a contract, which is named', () => {
    const refused = [
      refusal(() => request('a', { input: later, output: text })),
      refusal(() => request('a', { input: text, output: later })),
      refusal(() => state('a', { key: later, value: text })),
      refusal(() => state('a', { key: text, value: later })),
    ]
    expect(refused.map(({ message: why }) => why.slice(0, why.indexOf(':')))).toEqual([
      'request a, input',
      'request a, output',
      'state a, key',
      'state a, value',
    ])
  })
})

describe('a protocol', () => {
  it('has entries', () => {
    const { code, message: why } = refusal(() => protocol('p', {}))
    expect({ code, why }).toEqual({ code: 'CONTRACT_INVALID', why: 'protocol p: it has no entries' })
  })

  it('has no contract twice, which would leave open whose handler is meant', () => {
    const twins = { one: message('x', text), other: message('x', z.number()) }
    const { code, message: why } = refusal(() => protocol('p', twins))
    expect(code).toBe('CONTRACT_INVALID')
    expect(why).toContain('one and other')
  })

  it('takes a message and a request of one name, and two versions of one message', () => {
    const entries = {
      told: message('x', text),
      asked: request('x', { input: text, output: text }),
      toldAnew: message('x', text, { version: 2 }),
    }
    expect(Object.keys(protocol('p', entries).entries)).toEqual(['told', 'asked', 'toldAnew'])
  })

  it('is made of messages and requests', () => {
    const stock = state('stock', { key: text, value: text })
    const entries = { stock } as unknown as { stock: ReturnType<typeof message> }
    expect(refusal(() => protocol('p', entries)).message).toBe(
      'protocol p: stock is neither a message nor a request',
    )
  })
})

describe('a key of a state', () => {
  const Stock = state('stock', { key: z.string().min(2), value: z.number() })

  it('fits its schema', () => {
    expect(Stock.of('ab')).toEqual({ state: Stock, key: 'ab' })
    const { code, message: why } = refusal(() => Stock.of('a'))
    expect(code).toBe('PAYLOAD_INVALID')
    expect(why).toContain('state stock, key')
  })

  it('is a string or a number, whatever the schema says', () => {
    const odd = state('odd', { key: z.any(), value: z.number() })
    expect(refusal(() => odd.of(true as unknown as string)).message).toBe(
      'state odd: a key is a string or a number, not boolean',
    )
  })
})
