import type { SignalboxError, Structures, ValueLimits } from '../../core/contracts/index.js'
import { notDecodable, overLimit } from '../outside.js'
import { extension } from './extensions.js'
import { firstRecord } from './shapes.js'

const NOTHING = new Uint8Array(0)
const PROTO = new TextEncoder().encode('__proto__')

/**
 * Judges bytes before anything is built from them: one pass over the headers, without recursion and
 * without allocation. It lets through what {@link MsgpackEncoder} writes, and other writers'
 * MessagePack of the same types. The decoder behind it then cannot be made to recurse or allocate
 * beyond the limits, to call an extension that is not ours, or to reach a prototype.
 */
export class MsgpackScanner {
  private readonly fields: readonly number[]
  private bytes: Uint8Array = NOTHING
  private at = 0
  private end = 0
  /** How many values the innermost open container still needs; the keys of a map are values here. */
  private left = 0
  /** Whether the innermost container is a map with keys. */
  private keyed = false
  /** `left` of the containers around it, negative for a map. */
  private readonly around: number[] = []
  private depth = 0
  private count = 0

  constructor(
    structures: Structures,
    private readonly limits: ValueLimits,
  ) {
    this.fields = structures.map(keys => keys.length)
  }

  /**
   * Returns when the first `end` bytes are exactly one value.
   * @throws SignalboxError `VALUE_NOT_DECODABLE`, `LIMIT_EXCEEDED`
   */
  scan(bytes: Uint8Array, end: number): void {
    this.bytes = bytes
    this.at = 0
    this.end = end
    this.left = 1
    this.keyed = false
    this.depth = 0
    this.count = 0
    try {
      for (;;) {
        while (this.left === 0) {
          if (this.depth === 0) {
            this.finish()
            return
          }
          this.leave()
        }
        const isKey = this.keyed && this.left % 2 === 0
        this.left--
        if (isKey) this.key()
        else this.value(this.byte())
      }
    } finally {
      this.bytes = NOTHING // they are lent
    }
  }

  private value(token: number): void {
    if (token < firstRecord || token >= 0xe0) return
    if (token < 0x80) this.record(token)
    else if (token < 0x90) this.enter(token & 0xf, true)
    else if (token < 0xa0) this.enter(token & 0xf, false)
    else if (token < 0xc0) this.content(token & 0x1f)
    else this.format(token)
  }

  /** The types that have a byte of their own. */
  private format(token: number): void {
    switch (token) {
      case 0xc0: // null, false, true
      case 0xc2:
      case 0xc3:
        break
      case 0xcc: // integers and floats of 1, 2, 4 and 8 bytes
      case 0xd0:
        this.pass(1)
        break
      case 0xcd:
      case 0xd1:
        this.pass(2)
        break
      case 0xca:
      case 0xce:
      case 0xd2:
        this.pass(4)
        break
      case 0xcb:
      case 0xcf:
      case 0xd3:
        this.pass(8)
        break
      case 0xc4: // binary and strings behind a length of 1, 2 and 4 bytes
      case 0xd9:
        this.content(this.uint(1))
        break
      case 0xc5:
      case 0xda:
        this.content(this.uint(2))
        break
      case 0xc6:
      case 0xdb:
        this.content(this.uint(4))
        break
      case 0xdc:
        this.enter(this.uint(2), false)
        break
      case 0xdd:
        this.enter(this.uint(4), false)
        break
      case 0xde:
        this.enter(this.uint(2), true)
        break
      case 0xdf:
        this.enter(this.uint(4), true)
        break
      case 0xc7:
        this.extension(this.uint(1))
        break
      case 0xc8:
        this.extension(this.uint(2))
        break
      case 0xc9:
        this.extension(this.uint(4))
        break
      case 0xd4:
        this.mark()
        break
      case 0xd6:
        this.extension(4)
        break
      case 0xd7:
        this.extension(8)
        break
      default:
        throw refused(token)
    }
  }

  private record(token: number): void {
    if (this.fields.length === 0) return // none agreed: other writers' integers from 64 to 127
    const fields = this.fields[token - firstRecord]
    if (fields === undefined)
      throw notDecodable('msgpack', `record ${token - firstRecord} was never declared`)
    this.enter(fields, false)
  }

  /** A key of a map: a string, and not the one name that assigns a prototype. */
  private key(): void {
    const token = this.byte()
    if (token >= 0xa0 && token < 0xc0) this.content(token & 0x1f)
    else if (token >= 0xd9 && token <= 0xdb) this.content(this.uint(1 << (token - 0xd9)))
    else throw notDecodable('msgpack', 'a key of an object is no string')
    const start = this.at - PROTO.length
    if (start > 0 && this.bytes[start] === PROTO[0] && this.keyIsProto(token, start)) {
      throw notDecodable('msgpack', 'an object has a key "__proto__"')
    }
  }

  private keyIsProto(token: number, start: number): boolean {
    const length = PROTO.length
    if (token < 0xc0 && (token & 0x1f) !== length) return false
    if (token >= 0xd9 && this.bytes[start - 1] !== length) return false
    return PROTO.every((byte, index) => this.bytes[start + index] === byte)
  }

  /** An extension with one byte of data: undefined, an invalid date, or the mark of a set or map. */
  private mark(): void {
    const type = this.byte()
    this.pass(1)
    if (type === extension.undefined || type === extension.date) return
    if (type !== extension.set && type !== extension.map) throw refused(0xd4)
    // The array behind the mark is entered here: marks behind marks would be a recursion without a container.
    const token = this.byte()
    if (token >= 0x90 && token < 0xa0) this.enter(token & 0xf, false)
    else if (token === 0xdc) this.enter(this.uint(2), false)
    else if (token === 0xdd) this.enter(this.uint(4), false)
    else throw notDecodable('msgpack', 'a set or map without its elements')
    if (type === extension.map && this.left % 2 !== 0) {
      throw notDecodable('msgpack', 'a map has a key without a value')
    }
  }

  private extension(length: number): void {
    const type = this.byte()
    const isDate = type === extension.date && (length === 4 || length === 8 || length === 12)
    if (!isDate && type !== extension.text) throw refused(0xc7)
    this.content(length)
  }

  private enter(length: number, keyed: boolean): void {
    this.count += length
    if (this.count > this.limits.count) throw overLimit('msgpack', 'count', this.limits.count)
    if (this.depth >= this.limits.depth) throw overLimit('msgpack', 'depth', this.limits.depth)
    this.around[this.depth++] = this.keyed ? -this.left : this.left
    this.keyed = keyed
    this.left = keyed ? 2 * length : length
    if (this.left > this.end - this.at) throw truncated() // each of them takes a byte at least
  }

  private leave(): void {
    const left = this.around[--this.depth] as number
    this.keyed = left < 0
    this.left = left < 0 ? -left : left
  }

  private finish(): void {
    if (this.at !== this.end) throw notDecodable('msgpack', `${this.end - this.at} B follow the value`)
  }

  private content(length: number): void {
    if (length > this.limits.length) throw overLimit('msgpack', 'length', this.limits.length)
    this.pass(length)
  }

  private pass(length: number): void {
    if (length > this.end - this.at) throw truncated()
    this.at += length
  }

  private byte(): number {
    if (this.at >= this.end) throw truncated()
    return this.bytes[this.at++] as number
  }

  private uint(width: number): number {
    let value = 0
    for (let index = 0; index < width; index++) value = value * 0x100 + this.byte()
    return value
  }
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
