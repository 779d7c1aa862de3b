import type { Structures, ValueLimits } from '../../core/contracts/index.js'
import { firstRecord } from './shapes.js'
import { type ReadText, textReader } from './text-reader.js'

/** What {@link RecordReader.read} returns for what it leaves to others. */
export const NOT_READ = Symbol('not read')

const float = new Float64Array(1)
const floatHalves = new Int32Array(float.buffer)
const NOTHING = new Uint8Array(0)

// Module variables, because each byte of each message passes here. Reading runs no code of anybody else.
let bytes: Uint8Array = NOTHING
let at = 0
let end = 0
/** Levels and elements that the value may still have. */
let depth = 0
let count = 0
let readText: ReadText
let records: readonly (() => object)[] = []
let sizes: readonly number[] = []
let mostText = 0
let failed = false

/**
 * Reads what most messages are made of in one pass, and judges it meanwhile: declared records and arrays of text,
 * numbers, booleans and null. Each structure gets a function that makes its object as a literal, which is what an
 * object costs the least. Whatever else there is, malformed bytes included, is left to the decoder that knows it all.
 */
export class RecordReader {
  readonly #records: readonly (() => object)[]
  readonly #sizes: readonly number[]

  /** @throws where this process may not generate code */
  constructor(
    structures: Structures,
    private readonly limits: ValueLimits,
  ) {
    readText ??= textReader()
    this.#records = structures.map(makerOf)
    this.#sizes = structures.map(keys => keys.length)
  }

  /** The value that lies in `source` from `start` to before `before`, or {@link NOT_READ}. */
  read(source: Uint8Array, start: number, before: number): unknown {
    bytes = source
    at = start
    end = before
    depth = this.limits.depth
    count = this.limits.count
    mostText = this.limits.length
    records = this.#records
    sizes = this.#sizes
    failed = false
    const value = next()
    bytes = NOTHING // they are lent
    return failed || at !== end ? NOT_READ : value
  }
}

/** Makes the object with `keys` of the values that come next, in their order. */
function makerOf(keys: readonly string[]): () => object {
  const fields = keys.map(key => `${JSON.stringify(key)}: next()`)
  return new Function('next', `return () => ({ ${fields.join(', ')} })`)(next) as () => object
}

/** Leaves the value to others: what is read of it further is not looked at. */
function giveUp(): undefined {
  failed = true
  at = end
}

function next(): unknown {
  if (at >= end) return giveUp()
  const token = bytes[at++] as number
  if (token < firstRecord) return token
  if (token < 0x80) return sizes.length === 0 ? token : record(token - firstRecord)
  if (token >= 0xe0) return token - 0x100
  if (token >= 0xa0 && token < 0xc0) return text(token & 0x1f)
  if (token >= 0x90 && token < 0xa0) return array(token & 0xf)
  switch (token) {
    case 0xc0:
      return null
    case 0xc2:
      return false
    case 0xc3:
      return true
    case 0xcb:
      return float64()
    case 0xcc:
      return uint8()
    case 0xcd:
      return uint16()
    case 0xce:
      return int32() >>> 0
    case 0xd0:
      return (uint8() << 24) >> 24
    case 0xd1:
      return (uint16() << 16) >> 16
    case 0xd2:
      return int32()
    case 0xd9:
      return text(uint8())
    case 0xda:
      return text(uint16())
    case 0xdc:
      return array(uint16())
    default:
      return giveUp()
  }
}

function record(index: number): unknown {
  const make = records[index]
  if (make === undefined || !enters(sizes[index] as number)) return giveUp()
  const made = make()
  depth++
  return made
}

function array(length: number): unknown {
  if (!enters(length)) return giveUp()
  const made: unknown[] = []
  for (let index = 0; index < length && !failed; index++) made.push(next())
  depth++
  return made
}

/** Whether a container of so many may begin: each of them takes a byte at least. */
function enters(length: number): boolean {
  count -= length
  return length <= end - at && count >= 0 && --depth >= 0
}

function text(length: number): string | undefined {
  if (length > end - at || length > mostText) return giveUp()
  at += length
  return readText(bytes, at - length, at)
}

/** Whether `length` more bytes are there; if not, the value is left to others. */
function has(length: number): boolean {
  if (length <= end - at) return true
  giveUp()
  return false
}

// Numbers are put together byte by byte: with a loop, a double took a third longer.

function uint8(): number {
  return has(1) ? (bytes[at++] as number) : 0
}

function uint16(): number {
  return has(2) ? ((bytes[at++] as number) << 8) | (bytes[at++] as number) : 0
}

function int32(): number {
  if (!has(4)) return 0
  const from = at
  at = from + 4
  const high = ((bytes[from] as number) << 24) | ((bytes[from + 1] as number) << 16)
  return high | ((bytes[from + 2] as number) << 8) | (bytes[from + 3] as number)
}

function float64(): number | undefined {
  if (!has(8)) return undefined
  floatHalves[1] = int32()
  floatHalves[0] = int32()
  return float[0] // in the machine's order, which is little-endian wherever Node runs
}
