import type { ValueLimits } from '../../core/contracts/index.js'
import { kindOf, notDecodable, Outside, overLimit, TooDeep } from '../outside.js'

/** Strings that need no escapes; looking is much faster than calling `JSON.stringify` for each. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** Writes one value as JSON text, and judges on the way what JSON can say. */
export class JsonWriter {
  private count = 0

  constructor(private readonly limits: ValueLimits) {}

  /** @throws Outside, TooDeep, SignalboxError `LIMIT_EXCEEDED` */
  write(value: unknown, depth = 0): string {
    switch (typeof value) {
      case 'string':
        return this.text(value)
      case 'number':
        if (!Number.isFinite(value)) throw new Outside(value, `is ${value}`)
        return Object.is(value, -0) ? '-0' : String(value)
      case 'boolean':
        return String(value)
      case 'object':
        return value === null ? 'null' : this.container(value, depth)
      case 'undefined':
        throw new Outside(value, 'is undefined')
      default:
        throw new Outside(value, kindOf(value))
    }
  }

  private container(value: object, depth: number): string {
    if (depth >= this.limits.depth) throw new TooDeep(this.limits.depth)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Array.prototype && Array.isArray(value)) return this.array(value, depth + 1)
    if (prototype !== Object.prototype && prototype !== null) throw new Outside(value, kindOf(value))
    return this.fields(value as Record<string, unknown>, depth + 1)
  }

  private array(value: readonly unknown[], depth: number): string {
    this.counts(value.length)
    let written = ''
    for (let index = 0; index < value.length; index++) {
      if (!(index in value)) throw new Outside(value, `has a hole at ${index}`)
      written += (index === 0 ? '' : ',') + this.write(value[index], depth)
    }
    return `[${written}]`
  }

  private fields(value: Record<string, unknown>, depth: number): string {
    const keys = Object.keys(value)
    this.counts(keys.length)
    let written = ''
    for (const key of keys) {
      if (key === '__proto__') throw new Outside(value, 'has a key "__proto__"')
      written += `${written === '' ? '' : ','}${this.text(key)}:${this.write(value[key], depth)}`
    }
    return `{${written}}`
  }

  private text(value: string): string {
    const written = PLAIN.test(value) ? `"${value}"` : JSON.stringify(value)
    // Three bytes a unit is the most that UTF-8 takes; most strings need no exact look.
    const length = written.length - 2
    if (length * 3 > this.limits.length && Buffer.byteLength(written) - 2 > this.limits.length) {
      throw overLimit('json', 'length', this.limits.length)
    }
    return written
  }

  private counts(elements: number): void {
    this.count += elements
    if (this.count > this.limits.count) throw overLimit('json', 'count', this.limits.count)
  }
}

/**
 * Refuses what `JSON.parse` accepts and {@link JsonWriter} never writes: the one key that pollutes when
 * somebody merges the object, and numbers that overflowed to infinity.
 * @throws SignalboxError `VALUE_NOT_DECODABLE`
 */
export function checkParsed(value: unknown): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notDecodable('json', 'a number is too large for a double')
  } else if (Array.isArray(value)) {
    for (const element of value) checkParsed(element)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      if (key === '__proto__') throw notDecodable('json', 'an object has a key "__proto__"')
      checkParsed(part)
    }
  }
}
