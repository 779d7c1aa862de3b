type Json = Record<string, unknown>

/** How many samples are made of one schema, and how deep: enough to come by each alternative once. */
const SAMPLES = 16
const DEPTH = 16

/** Values that most likely fit a JSON Schema, with other alternatives chosen in each; best effort. */
export function samplesOf(json: Json): unknown[] {
  return Array.from({ length: SAMPLES }, (_, turn) => sampleOf(json, turn, DEPTH))
}

function sampleOf(json: Json, turn: number, depth: number): unknown {
  if (depth === 0) return null
  const within = (inner: unknown) => sampleOf(asJson(inner), turn, depth - 1)
  if ('const' in json) return json.const
  if (Array.isArray(json.enum)) return json.enum[turn % json.enum.length]
  const choices = [json.anyOf, json.oneOf].find(Array.isArray)
  if (choices !== undefined) return within(choices[turn % choices.length])
  if (Array.isArray(json.allOf)) return Object.assign({}, ...json.allOf.map(within))
  switch (Array.isArray(json.type) ? json.type[turn % json.type.length] : json.type) {
    case 'string':
      return 'x'.repeat(Math.min(Number(json.minLength ?? 1), 1024))
    case 'number':
    case 'integer':
      return numberWithin(json)
    case 'boolean':
      return true
    case 'array':
      return Array.isArray(json.prefixItems) ? json.prefixItems.map(within) : [within(json.items)]
    case 'object':
      return objectOf(json, within)
    default:
      return null
  }
}

function numberWithin({ minimum, exclusiveMinimum, maximum }: Json): number {
  if (exclusiveMinimum !== undefined) return Number(exclusiveMinimum) + 1
  return Number(minimum ?? maximum ?? 0)
}

function objectOf(json: Json, within: (inner: unknown) => unknown): Json {
  const named = Object.entries(asJson(json.properties)).map(([key, inner]) => [key, within(inner)])
  const others = isJson(json.additionalProperties) ? [['x', within(json.additionalProperties)]] : []
  return Object.fromEntries([...others, ...named])
}

function asJson(value: unknown): Json {
  return isJson(value) ? value : {}
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
