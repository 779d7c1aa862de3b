import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { structuresOf } from '../../../src/core/node/structures.js'

describe('the structures of a contract', () => {
  it('are its object shapes in the order of declaration, the outer first', () => {
    const schema = z.object({
      id: z.string(),
      items: z.array(z.object({ sku: z.string(), price: z.number() })),
      at: z.tuple([z.object({ x: z.number() })]),
      stock: z.record(z.string(), z.object({ level: z.number() })),
      pay: z
        .union([z.object({ card: z.string() }), z.object({ cash: z.number(), change: z.number() })])
        .nullable(),
    })
    expect(structuresOf(schema)).toEqual([
      ['id', 'items', 'at', 'stock', 'pay'],
      ['sku', 'price'],
      ['x'],
      ['level'],
      ['card'],
      ['cash', 'change'],
    ])
  })

  it('cover optional keys with all, none, and either of two', () => {
    const one = z.object({ id: z.string(), note: z.string().optional(), total: z.number() })
    expect(structuresOf(one)).toEqual([
      ['id', 'note', 'total'],
      ['id', 'total'],
    ])
    const two = z.object({ id: z.string(), a: z.string().optional(), b: z.string().optional() })
    expect(structuresOf(two)).toEqual([['id', 'a', 'b'], ['id'], ['id', 'b'], ['id', 'a']])
  })

  it('repeat no shape, and follow a schema that contains itself', () => {
    const point = z.object({ x: z.number(), y: z.number() })
    const tree = z.object({
      from: point,
      to: point,
      get children() {
        return z.array(tree)
      },
    })
    expect(structuresOf(tree)).toEqual([
      ['from', 'to', 'children'],
      ['x', 'y'],
    ])
  })

  it('are there for schemas with dates and the like, and none for plain values', () => {
    expect(structuresOf(z.object({ at: z.date(), big: z.bigint() }))).toEqual([['at', 'big']])
    expect(structuresOf(z.string())).toEqual([])
    expect(structuresOf(z.object({}))).toEqual([])
  })

  it('are none for a library without JSON Schema', () => {
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
    } as const
    expect(structuresOf(schema)).toEqual([])
  })

  it('are at most 32, of at most 64 keys', () => {
    const wide = (count: number) =>
      z.object(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, z.number()])))
    const many = z.tuple([
      wide(65),
      ...Array.from({ length: 40 }, (_, i) => z.object({ [`own${i}`]: z.number() })),
    ])
    const structures = structuresOf(many)
    expect(structures).toHaveLength(32)
    expect(structures[0]).toEqual(['own0'])
  })
})
