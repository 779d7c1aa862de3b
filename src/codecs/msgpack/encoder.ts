import { Buffer } from 'node:buffer' // the global of that name is a getter, which costs as much as a short string
import type { Encoder, Structures, ValueLimits } from '../../core/contracts/index.js'
import { kindOf, notEncodable, Outside, overLimit, TooDeep } from '../outside.js'
import { domain } from './domain.js'
import { extension } from './extensions.js'
import {
  full,
  here,
  isBusy,
  isFixed,
  newOutput,
  resume,
  rewind,
  room,
  suspend,
  takeFrom,
  writeApart,
  writeAscii,
  writeBigint,
  writeByte,
  writeBytes,
  writeDate,
  writeHeader,
  writeInto,
  writeLength,
  writeMark,
  writeNumber,
  writeUtf8,
} from './output.js'
import { type ShapeStep, shapeTree } from './shapes.js'

const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Writes MessagePack that msgpackr reads, in one pass that judges the domain on its way. It takes the
 * place of msgpackr's own encoder, which silently turns class instances into plain objects, -0 into 0
 * and lone surrogates into others, needs a second walk to be kept from it, and keeps the keys of every
 * object that it ever saw.
 */
export class MsgpackEncoder implements Encoder {
  private readonly shapes: ShapeStep | undefined
  private count = 0

  constructor(
    structures: Structures,
    private readonly limits: ValueLimits,
  ) {
    this.shapes = shapeTree(structures)
  }

  encode(value: unknown): Uint8Array {
    if (isFixed()) return this.encodeApart(value)
    const start = here() // not 0 when a getter of a value encodes another: then behind what is there
    try {
      this.writeRoot(value)
    } catch (thrown) {
      rewind(start)
      throw notEncodable('msgpack', domain, value, thrown)
    }
    return takeFrom(start)
  }

  encodeInto(value: unknown, target: Uint8Array, at: number, end: number): number | undefined {
    const outer = isBusy() ? suspend() : undefined
    writeInto(target, at, end)
    try {
      this.writeRoot(value)
      return here()
    } catch (thrown) {
      if (thrown === full) return undefined
      throw notEncodable('msgpack', domain, value, thrown)
    } finally {
      if (outer === undefined) writeApart()
      else resume(outer)
    }
  }

  /** For a getter that encodes while the value that it belongs to is written in place. */
  private encodeApart(value: unknown): Uint8Array {
    const outer = suspend()
    resume(newOutput())
    try {
      return this.encode(value)
    } finally {
      resume(outer)
    }
  }

  private writeRoot(value: unknown): void {
    const outerCount = this.count
    this.count = 0
    try {
      this.write(value, 0)
    } finally {
      this.count = outerCount
    }
  }

  private write(value: unknown, depth: number): void {
    if (typeof value === 'string') {
      this.writeString(value) // which makes room itself
      return
    }
    room(0)
    switch (typeof value) {
      case 'number':
        writeNumber(value)
        break
      case 'boolean':
        writeByte(value ? 0xc3 : 0xc2)
        break
      case 'object':
        if (value === null) writeByte(0xc0)
        else this.writeObject(value, depth)
        break
      case 'undefined':
        writeMark(extension.undefined)
        break
      case 'bigint':
        writeBigint(value)
        break
      default:
        throw new Outside(value, kindOf(value))
    }
  }

  private writeObject(value: object, depth: number): void {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      this.writeFields(value as Record<string, unknown>, this.within(depth))
    } else if (prototype === Uint8Array.prototype || prototype === Buffer.prototype) {
      this.writeBinary(value as Uint8Array)
    } else if (prototype === Date.prototype) {
      writeDate(value as Date)
    } else {
      this.writeCollection(value, prototype, this.within(depth))
    }
  }

  private writeCollection(value: object, prototype: unknown, depth: number): void {
    if (prototype === Array.prototype && Array.isArray(value)) this.writeArray(value, depth)
    else if (prototype === Set.prototype) this.writeSet(value as Set<unknown>, depth)
    else if (prototype === Map.prototype) this.writeMap(value as Map<unknown, unknown>, depth)
    else throw new Outside(value, kindOf(value))
  }

  /** One level deeper. @throws TooDeep */
  private within(depth: number): number {
    if (depth >= this.limits.depth) throw new TooDeep(this.limits.depth)
    return depth + 1
  }

  private writeFields(value: Record<string, unknown>, depth: number): void {
    // for-in also visits what somebody added to Object.prototype: such an object fits no structure
    // and takes the other way, which looks at own keys only.
    let step: ShapeStep | undefined
    let choices = this.shapes
    let fields = 0
    for (const key in value) {
      step = choices
      while (step !== undefined && step.key !== key) step = step.beside
      if (step === undefined) break
      choices = step.next
      fields++
    }
    if (step === undefined || step.id === 0) {
      this.writeKeyed(value, depth)
      return
    }
    this.counts(fields)
    writeByte(step.id)
    for (const key in value) {
      this.write(value[key], depth)
      fields--
    }
    if (fields !== 0) throw new Outside(value, 'lost keys while it was read')
  }

  /** The plain map for objects of a shape that the contract does not declare. */
  private writeKeyed(value: Record<string, unknown>, depth: number): void {
    const keys = Object.keys(value)
    this.counts(keys.length)
    writeHeader(keys.length, 0x80, 0xde)
    for (const key of keys) {
      if (key === '__proto__') throw new Outside(value, 'has a key "__proto__"')
      if (key.charCodeAt(0) === 0xfeff) throw new Outside(value, 'has a key that begins with U+FEFF')
      this.writeString(key)
      this.write(value[key], depth)
    }
  }

  private writeArray(value: readonly unknown[], depth: number): void {
    const length = value.length
    this.counts(length)
    writeHeader(length, 0x90, 0xdc)
    for (let index = 0; index < length; index++) {
      const element = value[index]
      if (element === undefined && !(index in value)) throw new Outside(value, `has a hole at ${index}`)
      this.write(element, depth)
    }
  }

  private writeSet(value: ReadonlySet<unknown>, depth: number): void {
    this.counts(value.size)
    writeMark(extension.set)
    writeHeader(value.size, 0x90, 0xdc)
    for (const element of value) this.write(element, depth)
  }

  private writeMap(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.counts(2 * value.size)
    writeMark(extension.map)
    writeHeader(2 * value.size, 0x90, 0xdc)
    for (const [key, entry] of value) {
      this.write(key, depth)
      this.write(entry, depth)
    }
  }

  private writeString(value: string): void {
    if (value.length > this.limits.length || !writeAscii(value)) this.writeText(value)
  }

  private writeText(value: string): void {
    const length = Buffer.byteLength(value)
    this.fits(length)
    if (length !== value.length && LONE_SURROGATE.test(value)) {
      throw new Outside(value, 'has a lone surrogate (half of a character)')
    }
    if (value.charCodeAt(0) === 0xfeff) {
      writeLength(length, 0xc7)
      writeByte(extension.text)
    } else if (length < 32) {
      writeByte(0xa0 | length)
    } else {
      writeLength(length, 0xd9)
    }
    writeUtf8(value, length)
  }

  private writeBinary(value: Uint8Array): void {
    this.fits(value.byteLength)
    writeLength(value.byteLength, 0xc4)
    writeBytes(value)
  }

  /** Judges the length of a string or binary, and makes room for it. */
  private fits(length: number): void {
    if (length > this.limits.length) throw overLimit('msgpack', 'length', this.limits.length)
    room(length)
  }

  private counts(elements: number): void {
    this.count += elements
    if (this.count > this.limits.count) throw overLimit('msgpack', 'count', this.limits.count)
  }
}
