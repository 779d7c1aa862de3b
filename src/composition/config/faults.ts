import type { z } from 'zod'
import { didYouMean } from '../../core/node/nearest-name.js'
import { namesBelow, type Option } from './options.js'

type Issue = z.core.$ZodIssue

/** One thing that is wrong with a configuration. */
export interface Fault {
  /** Where: `['transports', 'prefer', 0]`. */
  readonly path: readonly PropertyKey[]
  /** What, and what to do: `'named-pip' is no transport; did you mean 'named-pipe'?` */
  readonly what: string
}

/** All that a schema finds wrong with `input`, in words. */
export function faultsOf(input: unknown, schema: z.ZodType, options: readonly Option[]): Fault[] {
  const { error } = schema.safeParse(input)
  return error?.issues.flatMap(issue => describe(issue, input, options)) ?? []
}

/** `transports.prefer[0]`; empty for the whole. */
export function writePath(path: readonly PropertyKey[]): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
}

function describe(issue: Issue, input: unknown, options: readonly Option[]): Fault[] {
  const { path, value } = locate(input, issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known = namesBelow(options, issue.path)
    return issue.keys.map(key => ({
      path: [...path, key],
      what: `there is no such option${didYouMean(key, known) || `; there are ${known.join(', ')}`}`,
    }))
  }
  return [{ path, what: wrong(issue, value) }]
}

function wrong(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(issue.expected)}, and is ${show(value)}`
    case 'invalid_value': {
      const known = issue.values.map(String)
      const hint = typeof value === 'string' ? didYouMean(value, known) : ''
      return `${show(value)} is none of ${known.join(', ')}${hint}`
    }
    case 'too_small':
      return `${show(value)} is too ${smallness(issue.origin)}; the least is ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `${show(value)} is too ${issue.origin === 'string' ? 'long' : 'large'}; the most is ${issue.maximum}${unit(issue.origin)}`
    case 'invalid_key':
      return issue.issues.map(({ message }) => message).join('; ')
    default:
      return issue.message
  }
}

/** The value that an issue is about, and its path as it was written: what was no container ends it. */
function locate(input: unknown, path: readonly PropertyKey[]): { path: PropertyKey[]; value: unknown } {
  const walked: PropertyKey[] = []
  let value = input
  for (const step of path) {
    if (typeof value !== 'object' || value === null) break
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined
    walked.push(step)
  }
  return { path: walked, value }
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

function article(type: string): string {
  if (type === 'int') return 'a whole number'
  if (type === 'array') return 'a list'
  if (type === 'object' || type === 'record') return 'an object'
  return `a ${type}`
}

function smallness(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'short' : 'small'
}

function unit(origin: string): string {
  return origin === 'string' ? ' characters' : ''
}
