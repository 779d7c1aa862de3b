import { SignalboxError } from '../../core/contracts/index.js'

const UNUSABLE = /^$|\\|\0/
const NAMESPACE = /^(?:Local|Global)\\/

/**
 * The full name of a kernel object: `Local\<name>`, or in another namespace where `name` begins with it. Objects of all
 * kinds share one set of names.
 * @param what the object is, for messages
 * @throws SignalboxError `ADDRESS_INVALID`
 */
export function objectPathOf(name: string, what: string): string {
  const own = name.replace(NAMESPACE, '')
  if (!UNUSABLE.test(own)) return own === name ? `Local\\${name}` : name
  throw new SignalboxError(
    'ADDRESS_INVALID',
    `${JSON.stringify(name)} is no name of ${what}: it needs at least one character, and no backslash but after Local or Global`,
  )
}
