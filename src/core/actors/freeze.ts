/** Freezes a message and all that it consists of. Binary data cannot be frozen and is left as it is. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value))
    return value
  Object.freeze(value)
  for (const part of Object.values(value)) freeze(part)
  return value
}
