import { Unpackr } from 'msgpackr'
import { type Decoder, reasonOf, type Structures, type ValueLimits } from '../../core/contracts/index.js'
import { notDecodable } from '../outside.js'
import './extensions.js'
import { NOT_READ, RecordReader } from './record-reader.js'
import { MsgpackScanner } from './scanner.js'
import { checkStructures } from './shapes.js'

/**
 * Small values are decoded here. msgpackr keeps a DataView with each array that it reads, and making
 * one costs more than the copy; nor can a peer that shares memory change what was judged already.
 */
const scratch = new Uint8Array(4096)
/** Bytes up to which a loop copies quicker than it takes to make a view. */
const SHORT = 96

/** Reads what is simple by itself, and all else with msgpackr, once {@link MsgpackScanner} let it through. */
export class MsgpackDecoder implements Decoder {
  private readonly simple: RecordReader | undefined
  private readonly scanner: MsgpackScanner
  private readonly unpackr: Unpackr

  constructor(structures: Structures, limits: ValueLimits) {
    checkStructures(structures)
    this.simple = recordReader(structures, limits)
    this.scanner = new MsgpackScanner(structures, limits)
    this.unpackr = new Unpackr({
      structures: structures.map(keys => [...keys]), // msgpackr hangs its readers on them
      mapsAsObjects: true,
      copyBuffers: true, // binary would be views of the lent bytes
    })
  }

  decode(bytes: Uint8Array, start = 0, end = bytes.length): unknown {
    const value = this.simple === undefined ? NOT_READ : this.simple.read(bytes, start, end)
    return value === NOT_READ ? this.decodeAny(bytes, start, end) : value
  }

  private decodeAny(bytes: Uint8Array, start: number, end: number): unknown {
    const length = end - start
    let source: Uint8Array = scratch
    if (length > scratch.length) source = plainView(bytes, start, length)
    else if (length > SHORT) scratch.set(bytes.subarray(start, end))
    else for (let at = 0; at < length; at++) scratch[at] = bytes[start + at] as number
    this.scanner.scan(source, length)
    try {
      return this.unpackr.unpack(source, length)
    } catch (cause) {
      throw notDecodable('msgpack', reasonOf(cause), cause)
    }
  }
}

/** Undefined where this process may not generate code (`--disallow-code-generation-from-strings`). */
function recordReader(structures: Structures, limits: ValueLimits): RecordReader | undefined {
  try {
    return new RecordReader(structures, limits)
  } catch {
    return undefined
  }
}

/** A view of our own, which msgpackr may mark, and from a Buffer one whose slices are no Buffers. */
function plainView(bytes: Uint8Array, start: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length)
}
