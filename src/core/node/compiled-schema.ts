import { z } from 'zod'
import type { Schema } from '../contracts/index.js'

/**
 * Kinds of schemas that contracts are made of, as the classes of this very copy of zod: a class that somebody derived
 * from one of them, or that of another version, may judge otherwise by the same definition.
 */
const known: ReadonlySet<unknown> = new Set([
  ...[z.ZodObject, z.ZodRecord, z.ZodArray, z.ZodTuple, z.ZodMap, z.ZodSet, z.ZodReadonly],
  ...[z.ZodOptional, z.ZodNullable, z.ZodUnion, z.ZodDiscriminatedUnion, z.ZodLiteral, z.ZodEnum],
  ...[z.ZodString, z.ZodUUID, z.ZodEmail, z.ZodISODate, z.ZodISODateTime],
  ...[z.ZodNumber, z.ZodNumberFormat, z.ZodBigInt, z.ZodBoolean, z.ZodDate],
  ...[z.ZodNull, z.ZodUndefined, z.ZodUnknown, z.ZodAny],
])

/**
 * A schema that judges as `schema` does, several times as fast where zod can write a function for it. What that does
 * not accept is judged by `schema` itself, so that its faults are its own; refinements are called again for that.
 */
export function compiledSchema<T>(schema: Schema<T>): Schema<T> {
  if (!isKnown(schema)) return schema
  const compiled = z.compile(schema) // the same where it cannot: of those that are left, none contains itself
  return compiled !== schema && isKnownThroughout(schema) ? compiled : schema
}

function isKnownThroughout(schema: z.core.$ZodType): boolean {
  return isKnown(schema) && partsOf(schema).every(isKnownThroughout)
}

function isKnown<T extends object>(schema: T): schema is T & z.ZodType {
  return known.has(schema.constructor)
}

/** The schemas in a definition, of which each field is one, or has some, or none. */
function partsOf({ _zod: { def } }: z.core.$ZodType): z.core.$ZodType[] {
  return Object.values(def).flatMap((field: unknown) =>
    isSchema(field) ? [field] : Object.values(field ?? {}).filter(isSchema),
  )
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return value instanceof z.core.$ZodType
}
