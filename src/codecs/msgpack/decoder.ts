import {
  type Decoder,
  isSignalboxError,
  reasonOf,
  type SignalboxError,
  type Structures,
  type ValueLimits,
} from '../../core/contracts/index.js'
import { notDecodable, overLimit } from '../outside.js'
import { extension } from './extensions.js'
import { readBinary, readDate, readDouble, readSingle, readText } from './input.js'
import { type BuildRecord, recordBuilder } from './record-builder.js'
import { checkStructures, firstRecord } from './shapes.js'

const NOTHING = new Uint8Array(0)

/**
 * Reads what {@link MsgpackEncoder} writes, and other writers' MessagePack of the same types, in one pass that judges
 * each byte as it is met: nothing is allocated before its size was compared with what is really there, nothing
 * recurses beyond the limits or reaches a prototype, and a peer that shares the memory can change nothing that was
 * judged already, for no byte of a header is read twice.
 */
export class MsgpackDecoder implements Decoder {
  private readonly records: readonly { readonly fields: number; readonly build: BuildRecord }[]
  private bytes: Uint8Array = NOTHING
  private at = 0
  private end = 0
  private count = 0

  constructor(
    structures: Structures,
    private readonly limits: ValueLimits,
  ) {
    checkStructures(structures)
    this.records = structures.map(keys => ({ fields: keys.length, build: recordBuilder(keys) }))
  }

  decode(bytes: Uint8Array, start = 0, end = bytes.length): unknown {
    this.bytes = bytes
    this.at = start
    this.end = end
    this.count = 0
    try {
      const value = this.value(0)
      if (this.at !== end) throw notDecodable('msgpack', `${end - this.at} B follow the value`)
      return value
    } catch (thrown) {
      if (isSignalboxError(thrown)) throw thrown
      throw notDecodable('msgpack', reasonOf(thrown), thrown)
    } finally {
      this.bytes = NOTHING // they are lent
    }
  }

  /** The next value, which `depth` containers are around. */
  value(depth: number): unknown {
    const token = this.byte()
    if (token < firstRecord) return token
    if (token < 0x80) return this.record(token, depth)
    if (token < 0x90) return this.object(token & 0xf, depth)
    if (token < 0xa0) return this.array(token & 0xf, depth)
    if (token < 0xc0) return this.text(token & 0x1f)
    return token < 0xe0 ? this.format(token, depth) : token - 0x100
  }

  /** The types that have a byte of their own. */
  private format(token: number, depth: number): unknown {
    switch (token) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4: // binary, then extensions, behind a length of 1, 2 and 4 bytes
        return this.binary(this.byte())
      case 0xc5:
        return this.binary(this.uint16())
      case 0xc6:
        return this.binary(this.uint32())
      case 0xc7:
        return this.extension(this.byte())
      case 0xc8:
        return this.extension(this.uint16())
      case 0xc9:
        return this.extension(this.uint32())
      case 0xca:
        return readSingle(this.bytes, this.pass(4))
      case 0xcb:
        return readDouble(this.bytes, this.pass(8))
      case 0xcc:
        return this.byte()
      case 0xcd:
        return this.uint16()
      case 0xce:
        return this.uint32()
      case 0xcf:
        return (BigInt(this.uint32()) << 32n) | BigInt(this.uint32())
      case 0xd0:
        return (this.byte() << 24) >> 24
      case 0xd1:
        return (this.uint16() << 16) >> 16
      case 0xd2:
        return this.uint32() | 0
      case 0xd3:
        return (BigInt(this.uint32() | 0) << 32n) | BigInt(this.uint32())
      case 0xd4:
        return this.mark(depth)
      case 0xd6:
        return this.extension(4)
      case 0xd7:
        return this.extension(8)
      case 0xd9: // strings, arrays and objects behind their length
        return this.text(this.byte())
      case 0xda:
        return this.text(this.uint16())
      case 0xdb:
        return this.text(this.uint32())
      case 0xdc:
        return this.array(this.uint16(), depth)
      case 0xdd:
        return this.array(this.uint32(), depth)
      case 0xde:
        return this.object(this.uint16(), depth)
      case 0xdf:
        return this.object(this.uint32(), depth)
      default:
        throw refused(token)
    }
  }

  private record(token: number, depth: number): unknown {
    if (this.records.length === 0) return token // none agreed: other writers' integers from 64 to 127
    const record = this.records[token - firstRecord]
    if (record === undefined)
      throw notDecodable('msgpack', `record ${token - firstRecord} was never declared`)
    this.enter(record.fields, record.fields, depth)
    return record.build(this, depth + 1)
  }

  private object(length: number, depth: number): Record<string, unknown> {
    this.enter(length, 2 * length, depth)
    const object: Record<string, unknown> = {}
    for (let left = length; left > 0; left--) {
      const key = this.key()
      object[key] = this.value(depth + 1)
    }
    return object
  }

  /** A key of an object: a string, and none that the encoder would not write. */
  private key(): string {
    const token = this.byte()
    let key: string
    if (token >= 0xa0 && token < 0xc0) key = this.text(token & 0x1f)
    else if (token === 0xd9) key = this.text(this.byte())
    else if (token === 0xda) key = this.text(this.uint16())
    else if (token === 0xdb) key = this.text(this.uint32())
    else throw notDecodable('msgpack', 'a key of an object is no string')
    if (key === '__proto__') throw notDecodable('msgpack', 'an object has a key "__proto__"') // assigns a prototype
    if (key.charCodeAt(0) === 0xfeff)
      throw notDecodable('msgpack', 'an object has a key that begins with U+FEFF')
    return key
  }

  private array(length: number, depth: number): unknown[] {
    this.enter(length, length, depth)
    const array: unknown[] = []
    for (let left = length; left > 0; left--) array.push(this.value(depth + 1))
    return array
  }

  /** An extension with one byte of data: undefined, an invalid date, or the mark of a set or map. */
  private mark(depth: number): unknown {
    const type = this.byte()
    this.byte()
    if (type === extension.undefined) return undefined
    if (type === extension.date) return new Date(Number.NaN)
    if (type !== extension.set && type !== extension.map) throw refused(0xd4)
    const elements = this.elements(depth)
    return type === extension.set ? new Set(elements) : mapOf(elements)
  }

  /** The array behind a mark; marks behind marks would be a recursion without a container. */
  private elements(depth: number): unknown[] {
    const token = this.byte()
    if (token >= 0x90 && token < 0xa0) return this.array(token & 0xf, depth)
    if (token === 0xdc) return this.array(this.uint16(), depth)
    if (token === 0xdd) return this.array(this.uint32(), depth)
    throw notDecodable('msgpack', 'a set or map without its elements')
  }

  private extension(length: number): unknown {
    const type = this.byte()
    if (type === extension.text) return this.text(length)
    if (type !== extension.date || (length !== 4 && length !== 8 && length !== 12)) throw refused(0xc7)
    return readDate(this.bytes, this.pass(length), length)
  }

  private text(length: number): string {
    return readText(this.bytes, this.content(length), length)
  }

  private binary(length: number): Uint8Array {
    return readBinary(this.bytes, this.content(length), length)
  }

  /** A container of `elements` elements begins, made of `values` values: each of them takes a byte at least. */
  private enter(elements: number, values: number, depth: number): void {
    this.count += elements
    if (this.count > this.limits.count) throw overLimit('msgpack', 'count', this.limits.count)
    if (depth >= this.limits.depth) throw overLimit('msgpack', 'depth', this.limits.depth)
    if (values > this.end - this.at) throw truncated()
  }

  private content(length: number): number {
    if (length > this.limits.length) throw overLimit('msgpack', 'length', this.limits.length)
    return this.pass(length)
  }

  /** Where the next `length` bytes begin, which are read now. */
  private pass(length: number): number {
    const start = this.at
    if (length > this.end - start) throw truncated()
    this.at = start + length
    return start
  }

  private byte(): number {
    if (this.at >= this.end) throw truncated()
    return this.bytes[this.at++] as number
  }

  private uint16(): number {
    return (this.byte() << 8) | this.byte()
  }

  private uint32(): number {
    return this.uint16() * 0x1_0000 + this.uint16()
  }
}

function mapOf(flat: readonly unknown[]): Map<unknown, unknown> {
  if (flat.length % 2 !== 0) throw notDecodable('msgpack', 'a map has a key without a value')
  const map = new Map<unknown, unknown>()
  for (let at = 0; at < flat.length; at += 2) map.set(flat[at], flat[at + 1])
  return map
}

function truncated(): SignalboxError {
  return notDecodable('msgpack', 'they end within the value')
}

function refused(token: number): SignalboxError {
  return notDecodable(
    'msgpack',
    `the type 0x${token.toString(16)} or its extension is not one of this codec's`,
  )
}
