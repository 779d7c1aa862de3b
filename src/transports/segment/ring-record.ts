/**
 * What stands in a ring, counted in units of 8 bytes: a head of one unit, which is two Int32 (a length in bytes,
 * and the kind), and what belongs to it. Positions are Int32 that wrap around, so that a difference of two of
 * them is right whatever they are. A record never reaches over the end of the ring.
 */
export const Kind = {
  /** The frame itself follows, `length` bytes of it. */
  FRAME: 0,
  /** The frame lies in the pool, `length` bytes of it: one unit follows, its first page and its serial number. */
  BLOCK: 1,
  /** Nothing, up to the end of the ring. The length is not used. */
  PADDING: 2,
} as const

/** Bytes in front of what belongs to a record. */
export const HEAD_BYTES = 8

/** Units of the record of a block. */
export const BLOCK_UNITS = 2

/** Frames of more bytes go through the pool: copying and keeping them is what costs, not a place in the ring. */
export const MOST_INLINE = 8 * 1024

/** Units of the record of a frame that follows its head. */
export function frameUnits(length: number): number {
  return (length + 15) >>> 3
}
