import type { StandardSchemaV1 } from '@standard-schema/spec'
import { jsonSchemaOf, type Structures, structureLimits } from '../contracts/index.js'

type Json = Record<string, unknown>

/**
 * The record structures of a contract's values: the shapes of the objects in its JSON Schema, the outer
 * before the inner, keys in the order of declaration. An object with optional keys has several shapes:
 * with all of them, with none, and, where they are two, with either. A value of another shape, or with
 * its keys in another order, still travels, with its keys.
 * @returns [] when the schema's library gives no JSON Schema
 */
export function structuresOf(schema: StandardSchemaV1): Structures {
  const root = jsonSchemaOf(schema)
  if (root === undefined) return []
  const shapes = new Map<string, readonly string[]>()
  const objects = [...objectsOf(root)]
  // The likely shapes of every object first: there is room for a few only.
  for (const { keys, optional } of objects) {
    add(shapes, keys)
    add(
      shapes,
      keys.filter(key => !optional.includes(key)),
    )
  }
  for (const { keys, optional } of objects) {
    if (optional.length === 2)
      for (const absent of optional)
        add(
          shapes,
          keys.filter(key => key !== absent),
        )
  }
  return [...shapes.values()].slice(0, structureLimits.structures)
}

function add(shapes: Map<string, readonly string[]>, keys: readonly string[]): void {
  if (keys.length === 0 || keys.length > structureLimits.keys || keys.includes('__proto__')) return
  shapes.set(JSON.stringify(keys), keys)
}

/** All object shapes below `root`, breadth first; what is referred to stands in `$defs`. */
function* objectsOf(root: Json): Iterable<{ keys: readonly string[]; optional: readonly string[] }> {
  const queue = [root]
  for (const schema of queue) {
    const properties = asJson(schema['properties'])
    const keys = Object.keys(properties)
    const required: unknown[] = Array.isArray(schema['required']) ? schema['required'] : []
    if (keys.length > 0) yield { keys, optional: keys.filter(key => !required.includes(key)) }
    queue.push(...childrenOf(schema))
  }
}

function childrenOf(schema: Json): Json[] {
  const named = ['properties', 'patternProperties', '$defs', 'definitions']
  const listed = ['prefixItems', 'anyOf', 'oneOf', 'allOf']
  const single = ['items', 'additionalProperties']
  return [
    ...named.flatMap(keyword => Object.values(asJson(schema[keyword]))),
    ...listed.flatMap(keyword => (Array.isArray(schema[keyword]) ? schema[keyword] : [])),
    ...single.map(keyword => schema[keyword]),
  ].filter(isJson)
}

function asJson(value: unknown): Json {
  return isJson(value) ? value : {}
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
