/** Bytes of the length in front of each frame of a stream: an unsigned 32-bit little-endian integer. */
export const PREFIX = 4

/** Writes `length` at `at`. */
export function putLength(into: Uint8Array, at: number, length: number): void {
  into[at] = length
  into[at + 1] = length >>> 8
  into[at + 2] = length >>> 16
  into[at + 3] = length >>> 24
}

/** The length that stands at `at`. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
  return (low | ((bytes[at + 3] ?? 0) << 24)) >>> 0
}
