import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { digestOf } from '../../../src/core/node/digest.js'

describe('the digest of a contract', () => {
  const digest = digestOf(z.object({ id: z.string(), total: z.number() }))

  it('is 16 hexadecimal digits, the same in every process', () => {
    expect(digest).toBe('32b6f652303feba4')
  })

  it('does not depend on the order of declaration, or on titles and descriptions', () => {
    expect(digestOf(z.object({ total: z.number(), id: z.string() }))).toBe(digest)
    expect(
      digestOf(z.object({ id: z.string().describe('a name'), total: z.number() }).meta({ title: 'Order' })),
    ).toBe(digest)
  })

  it('depends on types, on what is required, and on names', () => {
    const others = [
      z.object({ id: z.string(), total: z.string() }),
      z.object({ id: z.string(), total: z.number().optional() }),
      z.object({ id: z.string(), sum: z.number() }),
      z.object({ id: z.string().min(3), total: z.number() }),
    ]
    expect(new Set([digest, ...others.map(digestOf)]).size).toBe(5)
  })

  it('takes a property named title or description for what it is', () => {
    expect(digestOf(z.object({ title: z.string() }))).not.toBe(
      digestOf(z.object({ description: z.string() })),
    )
    expect(digestOf(z.object({ a: z.literal('x').default('x') }))).toBeDefined()
  })

  it('is undefined for a library without JSON Schema', () => {
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
    } as const
    expect(digestOf(schema)).toBeUndefined()
  })
})
