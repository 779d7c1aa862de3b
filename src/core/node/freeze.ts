/**
 * Freezes a message that stays in this process, and all the plain objects and lists that it consists of, so
 * that a receiver that changes one is found out. What has a class of its own is left as it is: binary data
 * cannot be frozen, and for others it would mean something else.
 */
export function freeze<T>(value: T): T {
  if (!isPlain(value)) return value
  const unfrozen: object[] = [value]
  // A list and no recursion: a long chain of objects must not overflow the stack.
  for (let next = unfrozen.pop(); next !== undefined; next = unfrozen.pop()) {
    Object.freeze(next)
    for (const part of Object.values(next)) if (isPlain(part) && !Object.isFrozen(part)) unfrozen.push(part)
  }
  return value
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}
