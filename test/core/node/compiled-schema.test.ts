import { deepStrictEqual } from 'node:assert/strict'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Schema } from '../../../src/core/contracts/index.js'
import { compiledSchema } from '../../../src/core/node/compiled-schema.js'
import { holds } from '../../codecs/property.js'
import { schemaCases } from './schema-cases.js'

const verdictOf = (schema: Schema, value: unknown) => schema['~standard'].validate(value)

describe('a compiled schema', () => {
  it('judges as the schema does: what is accepted, as what, and what is wrong with the rest', () => {
    const seen = { accepted: 0, refused: 0 }
    holds(
      schemaCases,
      ({ schema, value }) => {
        const compiled = compiledSchema(schema)
        const verdict = verdictOf(compiled, value)
        const expected = verdictOf(schema, value)
        deepStrictEqual(verdict, expected)
        deepStrictEqual(inspect(verdict, { depth: 20 }), inspect(expected, { depth: 20 })) // keys in their order
        if (compiled !== schema) seen['issues' in expected ? 'refused' : 'accepted']++
      },
      1000,
    )
    expect(seen.accepted).toBeGreaterThan(100)
    expect(seen.refused).toBeGreaterThan(100)
  })

  it('freezes and copies as the schema does', () => {
    const schema = z.object({ at: z.array(z.number()).readonly() })
    const value = { at: [1] }
    const judged = verdictOf(compiledSchema(schema), value) as { value: typeof value }
    expect(judged.value).not.toBe(value)
    expect(Object.isFrozen(judged.value.at)).toBe(true)
  })

  it('that somebody made asynchronous says so', async () => {
    const schema = z.object({ id: z.string().refine(async id => id !== '') })
    const verdict = verdictOf(compiledSchema(schema), { id: '' })
    expect(verdict).toBeInstanceOf(Promise)
    expect((await verdict).issues).toHaveLength(1)
  })

  const derived = z.core.$constructor<z.ZodString>('Loud', (schema, definition) => {
    z.ZodString.init(schema, definition)
    schema._zod.run = payload => payload // accepts whatever there is
  })
  const loud = new derived({ type: 'string' })
  const tree: z.ZodType = z.object({ below: z.lazy(() => tree).optional() })

  it.each<[string, Schema]>([
    ['of another library', { '~standard': { version: 1, vendor: 'other', validate: value => ({ value }) } }],
    ['of a class that is not zod’s own', loud],
    ['with such a part', z.object({ loud: z.array(loud) })],
    ['that contains itself', tree],
    ['that converts', z.object({ id: z.string().transform(id => id.trim()) })],
    ['with a default', z.object({ id: z.string().default('') }) as Schema],
    ['that coerces', z.coerce.string() as Schema],
  ])('is not made of one %s', (_, schema) => {
    expect(compiledSchema(schema)).toBe(schema)
  })
})
