// What values are made of, read from where it lies. The caller has looked whether the bytes are there.

/** Bytes of the longest string that is looked up among those that were read lately. */
const SHORT = 32
/** Strings that are kept for that: short ones of ASCII, whoever sent them. */
const recent: string[] = new Array<string>(512).fill('')

const float = new Float64Array(1)
const floatBytes = new Uint8Array(float.buffer)
const floatView = new DataView(float.buffer)

/** What a Buffer can do, and what works on any Uint8Array, without a view of it. */
const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string
}

/**
 * A string of `length` bytes of UTF-8; malformed bytes read as U+FFFD. Messages say the same words again and again,
 * and to compare with a word costs less than to make it.
 */
export function readText(bytes: Uint8Array, start: number, length: number): string {
  if (length === 0) return ''
  if (length > SHORT) return utf8Slice.call(bytes, start, start + length)
  const last = bytes[start + length - 1] as number
  const middle = bytes[start + (length >>> 1)] as number
  const slot = (length ^ (last << 4) ^ (middle << 2) ^ ((bytes[start] as number) << 1)) & 511
  const known = recent[slot] as string
  if (known.length === length && isSame(known, bytes, start)) return known
  const text = utf8Slice.call(bytes, start, start + length)
  if (text.length === length) recent[slot] = text
  return text
}

function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < text.length; index++)
    if (text.charCodeAt(index) !== bytes[start + index]) return false
  return true
}

/** A copy of `length` bytes. */
export function readBinary(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const copy = new Uint8Array(length)
  copy.set(bytes.subarray(start, start + length))
  return copy
}

export function readDouble(bytes: Uint8Array, start: number): number {
  for (let byte = 7; byte >= 0; byte--) floatBytes[byte] = bytes[start++] as number
  return float[0] as number // in the machine's order, which is little-endian wherever Node runs
}

export function readSingle(bytes: Uint8Array, start: number): number {
  return intoView(bytes, start).getFloat32(0)
}

/** MessagePack's timestamp in one of its three forms, of 4, 8 and 12 bytes; a Date knows no less than milliseconds. */
export function readDate(bytes: Uint8Array, start: number, length: number): Date {
  const first = intoView(bytes, start).getUint32(0)
  if (length === 4) return new Date(first * 1000)
  if (length === 8) {
    const seconds = (first & 3) * 0x1_0000_0000 + intoView(bytes, start + 4).getUint32(0)
    return new Date(seconds * 1000 + (first >>> 2) / 1_000_000)
  }
  const high = intoView(bytes, start + 4).getInt32(0)
  const low = intoView(bytes, start + 8).getUint32(0)
  return new Date((high * 0x1_0000_0000 + low) * 1000 + first / 1_000_000)
}

/** Four bytes, as numbers of any kind. */
function intoView(bytes: Uint8Array, start: number): DataView {
  for (let byte = 0; byte < 4; byte++) floatBytes[byte] = bytes[start + byte] as number
  return floatView
}
