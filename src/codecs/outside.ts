import { reasonOf, SignalboxError } from '../core/contracts/index.js'

/** Thrown inside an encoder at a value that it does not write; {@link notEncodable} makes it presentable. */
export class Outside extends Error {
  constructor(
    /** The value itself; its place is searched afterwards, so that the happy path carries no paths. */
    readonly value: unknown,
    readonly why: string,
  ) {
    super(why)
  }
}

/** Thrown inside an encoder where containers nest deeper than allowed: too deep, or a cycle. */
export class TooDeep extends Error {
  constructor(readonly limit: number) {
    super(`nested deeper than ${limit} levels`)
  }
}

/**
 * The error for `thrown`, which an encoder met in `root`: it names the value, its path and what to do.
 * @returns a SignalboxError `VALUE_NOT_ENCODABLE`, or the `LIMIT_EXCEEDED` that it was.
 */
export function notEncodable(codec: string, domain: string, root: unknown, thrown: unknown): SignalboxError {
  if (thrown instanceof SignalboxError) return thrown
  if (thrown instanceof TooDeep) {
    const path = search(root, thrown.limit, (value, around) => around.has(value))
    if (path === undefined) return overLimit(codec, 'depth', thrown.limit)
    return outside(codec, domain, path, 'is one of its own containers (a cycle)')
  }
  if (thrown instanceof Outside) {
    const path = search(root, Infinity, value => Object.is(value, thrown.value))
    return outside(codec, domain, path ?? 'a part of the value', thrown.why)
  }
  return new SignalboxError(
    'VALUE_NOT_ENCODABLE',
    `${codec}: the value threw while it was read: ${reasonOf(thrown)}`,
    { cause: thrown },
  )
}

/** The error for a value, in either direction, that is over one of the limits. */
export function overLimit(
  codec: string,
  limit: 'depth' | 'length' | 'count',
  allowed: number,
): SignalboxError {
  const what = {
    depth: `it nests deeper than ${allowed} levels`,
    length: `a string or binary of it is over ${allowed} B`,
    count: `it has more than ${allowed} elements and keys`,
  }
  return new SignalboxError(
    'LIMIT_EXCEEDED',
    `${codec}: the value is over a limit: ${what[limit]}; send it in parts, or raise the limit "${limit}" on both sides`,
  )
}

/** The error for bytes that the codec cannot have written. */
export function notDecodable(codec: string, why: string, cause?: unknown): SignalboxError {
  return new SignalboxError(
    'VALUE_NOT_DECODABLE',
    `${codec}: these bytes are no value (${why}); both sides must use the same codec and structures`,
    cause === undefined ? undefined : { cause },
  )
}

/** What `value` is, in the words of an error message. */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `is a ${typeof value}`
  if (Array.isArray(value)) return 'is an instance of a subclass of Array'
  const made: unknown = Object.getPrototypeOf(value)?.constructor
  const name = typeof made === 'function' && made.name !== '' ? made.name : 'an unnamed class'
  return `is an instance of ${name}`
}

function outside(codec: string, domain: string, path: string, why: string): SignalboxError {
  const place = path === '' ? 'the value' : path
  return new SignalboxError('VALUE_NOT_ENCODABLE', `${codec}: ${place} ${why}; this codec carries ${domain}`)
}

/** The path of the first part of `root`, in the order of encoding, that `isIt`; '' is the root itself. */
function search(
  root: unknown,
  depth: number,
  isIt: (value: unknown, around: ReadonlySet<unknown>) => boolean,
): string | undefined {
  const around = new Set<unknown>()
  const done = new Set<unknown>()
  const visit = (value: unknown, path: string): string | undefined => {
    if (isIt(value, around)) return path
    if (typeof value !== 'object' || value === null || around.size >= depth) return undefined
    if (done.has(value) || around.has(value)) return undefined
    around.add(value)
    for (const [step, part] of partsOf(value)) {
      const found = visit(part, path === '' ? step.replace(/^\./, '') : path + step)
      if (found !== undefined) return found
    }
    around.delete(value)
    done.add(value)
    return undefined
  }
  try {
    return visit(root, '')
  } catch {
    return undefined // a getter or a proxy of the application; the message does without the path
  }
}

const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u

function* partsOf(value: object): Iterable<[step: string, part: unknown]> {
  if (ArrayBuffer.isView(value)) return
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) yield [`[${index}]`, value[index]]
  } else if (value instanceof Map) {
    for (const [key, part] of value) {
      yield ['.keys()', key]
      yield [`.get(${typeof key === 'string' ? JSON.stringify(key) : String(key)})`, part]
    }
  } else if (value instanceof Set) {
    for (const part of value) yield ['.values()', part]
  } else {
    for (const [key, part] of Object.entries(value)) {
      yield [IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`, part]
    }
  }
}
