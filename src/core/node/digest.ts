import { createHash } from 'node:crypto'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { jsonSchemaOf } from '../contracts/index.js'

/** What a schema says about itself, not about values. */
const ANNOTATIONS = new Set(['$schema', 'title', 'description'])
/** Keywords whose values are maps from names to schemas: a property may well be called "title". */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
/** Keywords whose values are data of the application. */
const DATA = new Set(['const', 'enum', 'default', 'examples'])

/**
 * What two nodes compare to know that they mean the same by one contract: 16 hexadecimal digits of the
 * SHA-256 of the canonical JSON Schema. Order of declaration, titles and descriptions make no difference.
 * @returns undefined when the schema's library gives no JSON Schema
 */
export function digestOf(schema: StandardSchemaV1): string | undefined {
  const json = jsonSchemaOf(schema)
  if (json === undefined) return undefined
  return createHash('sha256')
    .update(JSON.stringify(canonical(json, 'schema')))
    .digest('hex')
    .slice(0, 16)
}

function canonical(value: unknown, role: 'schema' | 'names' | 'data'): unknown {
  if (Array.isArray(value)) return value.map(element => canonical(element, role))
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([key]) => role !== 'schema' || !ANNOTATIONS.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => [key, canonicalPart(key, part, role)])
}

function canonicalPart(key: string, part: unknown, role: 'schema' | 'names' | 'data'): unknown {
  if (role === 'names') return canonical(part, 'schema')
  if (role === 'data' || DATA.has(key)) return canonical(part, 'data')
  if (key === 'required' && Array.isArray(part)) return [...part].sort() // a set
  return canonical(part, NAMED.has(key) ? 'names' : 'schema')
}
