/** Where the values of a record come from, in order. */
export interface ValueSource {
  value(depth: number): unknown
}

/** Makes the object of a record; its values are `depth` containers deep. */
export type BuildRecord = (source: ValueSource, depth: number) => Record<string, unknown>

/**
 * Makes objects with `keys`, which are different and none of them "__proto__". It is compiled where the process allows
 * that, since an object that is written down costs a third of one that is put together key by key.
 */
export function recordBuilder(keys: readonly string[]): BuildRecord {
  // A key is written as JSON, so whatever a peer declares stays a string.
  const fields = keys.map(key => `${JSON.stringify(key)}: source.value(depth)`)
  try {
    return new Function('source', 'depth', `return { ${fields.join(', ')} }`) as BuildRecord
  } catch {
    return assigned(keys) // --disallow-code-generation-from-strings
  }
}

function assigned(keys: readonly string[]): BuildRecord {
  return (source, depth) => {
    const object: Record<string, unknown> = {}
    for (const key of keys) object[key] = source.value(depth)
    return object
  }
}
