import { z } from 'zod'

/** How an option's value looks. */
export type OptionKind = 'text' | 'number' | 'flag' | 'list' | 'record' | 'numbers'

/** One option that a schema knows. */
export interface Option {
  /** Where it stands: `['transports', 'prefer']`. */
  readonly path: readonly string[]
  readonly kind: OptionKind
}

/** All options of an object schema, in its order. */
export function optionsOf(schema: z.core.$ZodType, path: readonly string[] = []): Option[] {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, value]) => optionsOf(value, [...path, key]))
  }
  return [{ path, kind: kindOf(inner) }]
}

/** The names that may stand directly below `path`. */
export function namesBelow(options: readonly Option[], path: readonly PropertyKey[]): string[] {
  const below = options.filter(option => path.every((step, index) => option.path[index] === step))
  return [...new Set(below.flatMap(option => option.path[path.length] ?? []))]
}

/** What is inside of defaults, optionality and conversions. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap())
  }
  if (schema instanceof z.ZodPipe) {
    return unwrapped(schema.in instanceof z.ZodTransform ? schema.out : schema.in)
  }
  return schema
}

function kindOf(schema: z.core.$ZodType): OptionKind {
  if (schema instanceof z.ZodNumber) return 'number'
  if (schema instanceof z.ZodBoolean) return 'flag'
  if (schema instanceof z.ZodArray) return 'list'
  if (schema instanceof z.ZodRecord) return schema.valueType instanceof z.ZodNumber ? 'numbers' : 'record'
  return 'text'
}
