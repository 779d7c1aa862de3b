/** Bytes of the largest varint, an unsigned LEB128 of at most 53 bits: groups of 7, the lowest first. */
export const MAX_VARINT_LENGTH = 8

/** Bytes that `value` takes as a varint. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  let length = 4
  for (let rest = value / 0x1000_0000; rest >= 1; rest /= 0x80) length++
  return length
}

/** Writes `value`, an integer from 0 to 2^53 - 1, at `at`, and tells where it ends. */
export function putVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value
  for (; rest >= 2 ** 31; rest = Math.floor(rest / 0x80)) into[at++] = (rest % 0x80) | 0x80
  for (; rest >= 0x80; rest >>>= 7) into[at++] = (rest & 0x7f) | 0x80 // what fits 31 bits is much quicker
  into[at++] = rest
  return at
}
