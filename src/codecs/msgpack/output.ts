import { Outside } from '../outside.js'
import { extension } from './extensions.js'
import { firstRecord } from './shapes.js'

const SCRATCH = 64 * 1024
const KEEP = 1024 * 1024
/** No header with a number in it takes more. */
const HEADER = 16

// One buffer for all encoders: what one returns is lent until the next one writes. Module variables,
// because each byte of each message passes here; what writes several bytes takes them into locals, which
// cost less yet. Bytes are written one by one, not through a DataView, so that any array can be the target
// without making a view for it.
let own = makeBuffer(SCRATCH)
let target: Uint8Array = own
let position = 0
let roomEnd = SCRATCH - HEADER
/** Whether `target` is somebody else's, and cannot grow. */
let fixed = false

const float = new Float64Array(1)
const floatHalves = new Uint32Array(float.buffer)
const utf8 = new TextEncoder()

/** Node's own method of Buffers, which takes any other array of bytes as well and makes no view of it. */
const { latin1Write } = Buffer.prototype as unknown as {
  latin1Write(this: Uint8Array, text: string, at: number, length: number): number
}

/** Thrown by what needs more room than a fixed target has. */
export const full = new Error('the target is full')

/** Where bytes go, as {@link suspend} leaves it and {@link resume} takes it up. */
export interface Output {
  readonly target: Uint8Array
  readonly position: number
  readonly roomEnd: number
  readonly fixed: boolean
}

/** Whether a value is being written: a getter of it may write another one. */
export function isBusy(): boolean {
  return fixed || position !== 0
}

/** Where bytes go now, for whoever sends them elsewhere for a while. */
export function suspend(): Output {
  return { target, position, roomEnd, fixed }
}

/** Lets bytes go where they went when they were suspended. */
export function resume(to: Output): void {
  target = to.target
  position = to.position
  roomEnd = to.roomEnd
  fixed = to.fixed
}

/** Lets bytes go into `into` from `at` to before `end`, and no further. */
export function writeInto(into: Uint8Array, at: number, end: number): void {
  target = into
  position = at
  roomEnd = end - HEADER
  fixed = true
}

/** Lets bytes go into the buffer of all encoders. Nobody may be writing there. */
export function writeApart(): void {
  target = own
  position = 0
  roomEnd = own.length - HEADER
  fixed = false
}

/** An empty buffer that nobody else has. */
export function newOutput(): Output {
  return { target: makeBuffer(SCRATCH), position: 0, roomEnd: SCRATCH - HEADER, fixed: false }
}

/** Whether bytes go to a target that cannot grow. */
export function isFixed(): boolean {
  return fixed
}

/** Where the next byte goes. */
export function here(): number {
  return position
}

/** Takes what was written since `start` out of the shared buffer; it is lent until the next byte is written. */
export function takeFrom(start: number): Uint8Array {
  const bytes = target.subarray(start, position)
  rewind(start)
  return bytes
}

/** Forgets what was written since `start`. */
export function rewind(start: number): void {
  position = start
  if (start === 0 && target === own && own.length > KEEP) {
    own = makeBuffer(SCRATCH)
    writeApart()
  }
}

/** Makes sure that `length` bytes and a header fit. @throws {@link full} */
export function room(length: number): void {
  if (position + length > roomEnd) makeRoom(length)
}

function makeRoom(length: number): void {
  if (fixed) throw full
  const larger = makeBuffer(Math.max(target.length * 2, position + length + 2 * HEADER))
  larger.set(target.subarray(0, position))
  if (target === own) own = larger
  target = larger
  roomEnd = larger.length - HEADER
}

/** Memory that is not cleared before. No Buffer, whose views cost more to make. */
function makeBuffer(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
}

/** The functions from here on write without looking: the caller made room. */
export function writeByte(byte: number): void {
  target[position++] = byte
}

/**
 * Writes ASCII of less than 32 B where there is room for it; false, and nothing written, else. For longer text a call
 * into the system costs less than a loop; and a loop by single characters takes a third more than one by four.
 */
export function writeAscii(value: string): boolean {
  const { length } = value
  if (length >= 32 || position + length > roomEnd) return false
  const bytes = target
  let at = position
  bytes[at++] = 0xa0 | length
  let units = 0
  let index = 0
  for (; index + 4 <= length; index += 4) {
    const first = value.charCodeAt(index)
    const second = value.charCodeAt(index + 1)
    const third = value.charCodeAt(index + 2)
    const fourth = value.charCodeAt(index + 3)
    units |= first | second | third | fourth
    bytes[at] = first
    bytes[at + 1] = second
    bytes[at + 2] = third
    bytes[at + 3] = fourth
    at += 4
  }
  for (; index < length; index++) {
    const unit = value.charCodeAt(index)
    units |= unit
    bytes[at++] = unit
  }
  if (units > 0x7f) return false
  position = at
  return true
}

/** Writes the `length` bytes that `value` has in UTF-8. */
export function writeUtf8(value: string, length: number): void {
  if (length === value.length)
    latin1Write.call(target, value, position, length) // one byte each: it is ASCII
  else utf8.encodeInto(value, target.subarray(position, position + length))
  position += length
}

/** Writes bytes as they are. */
export function writeBytes(bytes: Uint8Array): void {
  target.set(bytes, position)
  position += bytes.length
}

/** Writes a number: integers of 32 bits in the shortest form, everything else (-0 too) as a double. */
export function writeNumber(value: number): void {
  if (value >>> 0 === value && !Object.is(value, -0)) writeUnsigned(value)
  else if ((value | 0) === value && value < 0) writeNegative(value)
  else writeFloat(value)
}

function writeUnsigned(value: number): void {
  if (value < firstRecord) {
    target[position++] = value
  } else if (value < 0x100) {
    target[position++] = 0xcc
    target[position++] = value
  } else if (value < 0x10000) {
    target[position++] = 0xcd
    writeUint16(value)
  } else {
    target[position++] = 0xce
    writeUint32(value)
  }
}

function writeNegative(value: number): void {
  if (value >= -0x20) {
    target[position++] = value
  } else if (value >= -0x80) {
    target[position++] = 0xd0
    target[position++] = value
  } else if (value >= -0x8000) {
    target[position++] = 0xd1
    writeUint16(value)
  } else {
    target[position++] = 0xd2
    writeUint32(value)
  }
}

function writeFloat(value: number): void {
  float[0] = value // in the machine's order, which is little-endian wherever Node runs
  target[position++] = 0xcb
  writeUint32(floatHalves[1] as number)
  writeUint32(floatHalves[0] as number)
}

/** Writes a bigint as 64 bits; numbers never take this form, so it stays a bigint. */
export function writeBigint(value: bigint): void {
  const signed = value < 0x8000_0000_0000_0000n
  if (value < -0x8000_0000_0000_0000n || value > 0xffff_ffff_ffff_ffffn) {
    throw new Outside(value, 'is a bigint of more than 64 bits')
  }
  target[position++] = signed ? 0xd3 : 0xcf
  writeUint32(Number(BigInt.asUintN(32, value >> 32n)))
  writeUint32(Number(BigInt.asUintN(32, value)))
}

/** MessagePack's timestamp in the shortest of its three forms that holds the date. */
export function writeDate(value: Date): void {
  const time = value.getTime()
  if (Number.isNaN(time)) {
    writeMark(extension.date)
    target[position - 1] = 0xff
    return
  }
  const seconds = Math.floor(time / 1000)
  const nanoseconds = (time - seconds * 1000) * 1_000_000
  if (seconds < 0 || seconds > 0xffff_ffff) {
    target[position++] = 0xc7
    target[position++] = 12
    target[position++] = extension.date
    writeUint32(nanoseconds)
    writeUint32(Math.floor(seconds / 0x1_0000_0000))
  } else if (nanoseconds === 0) {
    target[position++] = 0xd6
    target[position++] = extension.date
  } else {
    target[position++] = 0xd7
    target[position++] = extension.date
    writeUint32(nanoseconds * 4)
  }
  writeUint32(seconds)
}

/** An extension whose one byte of data says nothing. */
export function writeMark(type: number): void {
  target[position++] = 0xd4
  target[position++] = type
  target[position++] = 0
}

/** The header of a map or array: `small` holds lengths under 16 in itself, `wide` is the 16-bit form. */
export function writeHeader(length: number, small: number, wide: number): void {
  if (length < 0x10) {
    target[position++] = small | length
  } else if (length < 0x10000) {
    target[position++] = wide
    writeUint16(length)
  } else {
    target[position++] = wide + 1
    writeUint32(length)
  }
}

/** The header of a string, binary or extension: `narrow` is its 8-bit form. */
export function writeLength(length: number, narrow: number): void {
  if (length < 0x100) {
    target[position++] = narrow
    target[position++] = length
  } else if (length < 0x10000) {
    target[position++] = narrow + 1
    writeUint16(length)
  } else {
    target[position++] = narrow + 2
    writeUint32(length)
  }
}

function writeUint16(value: number): void {
  target[position++] = value >> 8
  target[position++] = value
}

function writeUint32(value: number): void {
  const bytes = target
  const at = position
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
  position = at + 4
}
