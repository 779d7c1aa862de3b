import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { SignalboxError } from './errors.js'
import { samplesOf } from './schema-samples.js'

/**
 * A schema of any library that implements Standard Schema, validates synchronously, and checks
 * without converting: what is sent is what is received, whether or not it crosses a process.
 * Source: https://standardschema.dev
 */
export type Schema<T = unknown> = StandardSchemaV1<T, T>

/** The type of the values that a schema accepts. */
export type TypeOf<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>

/** `S` itself, or a complaint that the compiler shows, where its input and output types differ. */
export type NonConverting<S extends StandardSchemaV1> = [
  StandardSchemaV1.InferInput<S>,
  StandardSchemaV1.InferOutput<S>,
] extends [StandardSchemaV1.InferOutput<S>, StandardSchemaV1.InferInput<S>]
  ? S
  : { readonly error: 'a contract schema must not convert: its input and output types differ' }

/** The JSON Schema of `schema`, where its library gives one (Standard JSON Schema). */
export function jsonSchemaOf(schema: StandardSchemaV1): Record<string, unknown> | undefined {
  const standard = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>
  try {
    return standard.jsonSchema?.output({
      target: 'draft-2020-12',
      libraryOptions: { unrepresentable: 'any' }, // zod: a Date in one field must not cost the whole schema
    })
  } catch {
    return undefined // the library has no JSON Schema for this type
  }
}

/**
 * Checks a value that came in from another process.
 * @throws SignalboxError `PAYLOAD_INVALID` with each fault and its path; `CONTRACT_INVALID` when the schema is asynchronous.
 */
export function validate<T>(schema: Schema<T>, value: unknown, what: string): T {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    result.catch(() => {}) // its verdict is of no interest
    throw asynchronous(what)
  }
  if (result.issues === undefined) return result.value
  const faults = result.issues.slice(0, 5).map(issue => {
    const path = issue.path?.map(step => String(typeof step === 'object' ? step.key : step)).join('.')
    return path === undefined || path === '' ? issue.message : `${path}: ${issue.message}`
  })
  throw new SignalboxError(
    'PAYLOAD_INVALID',
    `${what}: the value does not fit its schema (${faults.join('; ')})`,
  )
}

/**
 * Refuses what is not a Standard Schema, or validates asynchronously. Only a call shows the latter,
 * so the schema is tried on plain values and on simple ones that its JSON Schema describes.
 * @throws SignalboxError `CONTRACT_INVALID`
 */
export function assertSynchronous(schema: StandardSchemaV1, what: string): void {
  const validator: unknown = schema?.['~standard']?.validate
  if (typeof validator !== 'function') {
    throw new SignalboxError(
      'CONTRACT_INVALID',
      `${what}: its schema is not a Standard Schema (https://standardschema.dev); use zod, valibot, arktype or the like`,
    )
  }
  const json = jsonSchemaOf(schema)
  const samples = [undefined, null, '', 0, true, [], {}, ...(json === undefined ? [] : samplesOf(json))]
  for (const sample of samples) {
    const result = schema['~standard'].validate(sample)
    if (result instanceof Promise) {
      result.catch(() => {}) // its verdict is of no interest
      throw asynchronous(what)
    }
  }
}

function asynchronous(what: string): SignalboxError {
  return new SignalboxError(
    'CONTRACT_INVALID',
    `${what}: its schema validates asynchronously, and a message must be judged at once; move the asynchronous check into the handler`,
  )
}
