import type { ValueLimits } from '../../core/contracts/index.js'
import { kindOf, Outside, overLimit } from '../outside.js'

const leaves: ReadonlySet<unknown> = new Set(
  [
    ...[Date, RegExp, ArrayBuffer, DataView, Buffer, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array],
    ...[Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ].map(type => type.prototype),
)

/**
 * Finds what structured clone would alter without a word: class instances arrive as plain objects and
 * errors without their fields. It also holds the value to the limits; each object is seen once.
 */
export class CloneableCheck {
  private readonly seen = new Set<object>()
  private count = 0

  constructor(private readonly limits: ValueLimits) {}

  /** @throws Outside, SignalboxError `LIMIT_EXCEEDED` */
  check(value: unknown, depth = 0): void {
    if (typeof value === 'function' || typeof value === 'symbol') throw new Outside(value, kindOf(value))
    if (typeof value === 'string' && value.length * 3 > this.limits.length)
      this.fits(Buffer.byteLength(value))
    if (typeof value !== 'object' || value === null || this.seen.has(value)) return
    this.seen.add(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (leaves.has(prototype)) {
      this.fits('byteLength' in value ? Number(value.byteLength) : 0)
      return
    }
    if (depth >= this.limits.depth) throw overLimit('v8', 'depth', this.limits.depth)
    for (const part of this.partsOf(value, prototype)) this.check(part, depth + 1)
  }

  private partsOf(value: object, prototype: unknown): Iterable<unknown> {
    if (prototype === Map.prototype) {
      const map = value as ReadonlyMap<unknown, unknown>
      this.counts(2 * map.size)
      return [...map].flat(1)
    }
    if (prototype === Set.prototype) {
      const set = value as ReadonlySet<unknown>
      this.counts(set.size)
      return set
    }
    const isArray = prototype === Array.prototype && Array.isArray(value)
    if (!isArray && prototype !== Object.prototype && prototype !== null)
      throw new Outside(value, kindOf(value))
    const parts = Object.values(value)
    this.counts(isArray ? value.length : parts.length)
    return parts
  }

  private fits(length: number): void {
    if (length > this.limits.length) throw overLimit('v8', 'length', this.limits.length)
  }

  private counts(elements: number): void {
    this.count += elements
    if (this.count > this.limits.count) throw overLimit('v8', 'count', this.limits.count)
  }
}
