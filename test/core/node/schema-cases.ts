import fc from 'fast-check'
import { z } from 'zod'

/** A schema, and a value that mostly fits it. */
export interface Case {
  readonly schema: z.ZodType
  readonly value: unknown
}

const strangers = fc.oneof(
  fc.constantFrom(undefined, null, Number.NaN, -0, 2 ** 53, '', ' a ', {}, []),
  fc.anything({ maxDepth: 1, withBigInt: true, withDate: true, withMap: true, withSet: true }),
)

/** Values of `schema`, and now and then one of something else. */
function cases(schema: z.ZodType, values: fc.Arbitrary<unknown>): fc.Arbitrary<Case> {
  const value = fc.oneof({ weight: 12, arbitrary: values }, { weight: 1, arbitrary: strangers })
  return value.map(value => ({ schema, value }))
}

/** What is put together of `parts`, with their values put together likewise. */
function combined(
  parts: fc.Arbitrary<Case[]>,
  schemaOf: (schemas: z.ZodType[]) => z.ZodType,
  fitting: (values: unknown[]) => unknown,
): fc.Arbitrary<Case> {
  return parts.chain(parts => {
    const schema = schemaOf(parts.map(part => part.schema))
    return cases(schema, fc.constant(fitting(parts.map(part => part.value))))
  })
}

const even = (text: string) => text.length % 2 === 0
const leaves = fc.oneof(
  cases(z.string(), fc.string()),
  cases(z.string().min(2).max(4), fc.string({ unit: 'grapheme', maxLength: 5 })),
  cases(
    z
      .string()
      .regex(/^[a-f]/)
      .refine(even),
    fc.string({ unit: fc.constantFrom('a', 'f', 'g') }),
  ),
  cases(z.string().trim(), fc.string()),
  cases(z.uuid(), fc.uuid()),
  cases(z.email(), fc.emailAddress()),
  cases(
    z.iso.datetime(),
    fc.date({ noInvalidDate: true }).map(date => date.toISOString()),
  ),
  cases(
    z.iso.date(),
    fc.date({ noInvalidDate: true }).map(date => date.toISOString().slice(0, 10)),
  ),
  cases(z.number(), fc.double()),
  cases(
    z.number().gt(-1).lte(8).multipleOf(0.5),
    fc.integer({ min: -3, max: 18 }).map(half => half / 2),
  ),
  cases(z.number().int().nonnegative(), fc.oneof(fc.integer(), fc.double())),
  cases(z.int(), fc.oneof(fc.maxSafeInteger(), fc.double())),
  cases(z.int32(), fc.oneof(fc.integer(), fc.maxSafeInteger())),
  cases(z.uint32(), fc.oneof(fc.nat(), fc.integer())),
  cases(z.float32(), fc.double()),
  cases(z.bigint().positive(), fc.bigInt({ min: -1n, max: 9n })),
  cases(z.boolean(), fc.boolean()),
  cases(z.date(), fc.date()),
  cases(z.null(), fc.constant(null)),
  cases(z.undefined(), fc.constant(undefined)),
  cases(z.unknown(), strangers),
  cases(z.any(), strangers),
  cases(z.literal(['a', 1, null]), fc.constantFrom('a', 1, null)),
  cases(z.enum(['north', 'south']), fc.constantFrom('north', 'south', 'toString')),
)

const one = ([schema = z.never()]: z.ZodType[]) => schema
const pairs = (values: unknown[]) => values.map((value, index): [string, unknown] => [`${index % 2}`, value])

/** How schemas are made of others, and values of theirs. */
const compositions: [(schemas: z.ZodType[]) => z.ZodType, (values: unknown[]) => unknown][] = [
  [schemas => z.array(one(schemas)), values => values],
  [schemas => z.array(one(schemas)).max(2).readonly(), values => values],
  [schemas => z.tuple([one(schemas), ...schemas.slice(1)]), values => values],
  [schemas => z.record(z.string(), one(schemas)), values => Object.fromEntries(pairs(values))],
  [schemas => z.map(z.string(), one(schemas)), values => new Map(pairs(values))],
  [schemas => z.set(one(schemas)), values => new Set(values)],
  [schemas => z.union(schemas), values => values.at(-1)],
  [schemas => one(schemas).optional(), ([value]) => value],
  [schemas => one(schemas).optional(), () => undefined],
  [schemas => one(schemas).nullable(), ([value]) => value],
  [schemas => one(schemas).nullable(), () => null],
  [schemas => one(schemas).readonly(), ([value]) => value],
  [schemas => alternatives(schemas), ([value]) => ({ is: 'a', value })],
  [schemas => alternatives(schemas), values => ({ is: values.length > 2 ? 'c' : 'b' })],
]

function alternatives(schemas: z.ZodType[]): z.ZodType {
  const first = z.object({ is: z.literal('a'), value: one(schemas) })
  return z.discriminatedUnion('is', [first, z.object({ is: z.literal('b') })])
}

/** Schemas of all kinds that are compiled, nested, with values that mostly fit them. */
export const { schemaCases } = fc.letrec<{ schemaCases: Case }>(tie => {
  const inner = tie('schemaCases')
  const several = fc.array(inner, { minLength: 1, maxLength: 3 })
  return {
    schemaCases: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaves,
      objects(fc.array(inner, { maxLength: 5 })),
      ...compositions.map(([schemaOf, fitting]) => combined(several, schemaOf, fitting)),
    ),
  }
})

/** Objects of each strictness whose keys may be optional, absent or more than the schema's. */
function objects(fields: fc.Arbitrary<Case[]>): fc.Arbitrary<Case> {
  const keys = ['id', 'constructor', 'x y', '0', 'é']
  const choices = fc.tuple(
    fields,
    fc.constantFrom(z.object, z.strictObject, z.looseObject),
    fc.array(fc.constantFrom('needed', 'optional', 'absent', 'missing'), { minLength: 5, maxLength: 5 }),
    fc.option(strangers, { freq: 5, nil: undefined }),
  )
  return choices.chain(([parts, object, presence, more]) => {
    const shape: Record<string, z.ZodType> = {}
    const value: Record<string, unknown> = {}
    for (const [index, part] of parts.entries()) {
      const key = keys[index] ?? ''
      const how = presence[index]
      shape[key] = how === 'optional' || how === 'absent' ? part.schema.optional() : part.schema
      if (how === 'needed' || how === 'optional') value[key] = part.value
    }
    if (more !== undefined) value['more'] = more
    return cases(object(shape), fc.constant(value))
  })
}
