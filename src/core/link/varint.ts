/** Bytes of the largest varint, an unsigned LEB128 of at most 53 bits: groups of 7, the lowest first. */
export const MAX_VARINT_LENGTH = 8

/** Bytes that `value` takes as a varint. */
export function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++
  return length
}

/** Writes `value`, an integer from 0 to 2^53 - 1, at `at`, and tells where it ends. */
export function putVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value
  while (rest >= 0x80) {
    into[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  into[at++] = rest
  return at
}
