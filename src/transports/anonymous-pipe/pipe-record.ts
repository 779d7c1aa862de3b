/**
 * How frames travel through a pipe that several processes may write: in records, each of which is written at once, so that
 * those of several writers never mix within one.
 *
 * A record is its length (32 bits, little endian, not counting itself), 8 bytes that tell its writer from all others, a byte of
 * flags, and a part of a frame. Other programs may speak this as well.
 */

/**
 * Bytes that one write puts into a pipe whole or not at all, whoever else writes: PIPE_BUF of POSIX. Windows keeps each
 * write together, of whatever size.
 */
const ATOMIC = process.platform === 'linux' || process.platform === 'win32' ? 4096 : 512

/** Bytes of the largest record, of any system's: longer ones are nobody's. */
export const LARGEST_RECORD = 4096

export const LENGTH_BYTES = 4
export const WRITER_BYTES = 8
/** Bytes of a record before its part of a frame. */
export const HEAD_BYTES = LENGTH_BYTES + WRITER_BYTES + 1

/** The record has the beginning of a frame, and its end. */
export const RecordFlag = { FIRST: 1, LAST: 2 } as const

/** Bytes of a frame that one record takes here. */
export const PART_BYTES = ATOMIC - HEAD_BYTES

/**
 * The next write of a frame that has `left` bytes from `start` on, appended to `to` at `at`.
 * @returns where the record ends in `to`
 */
export function writeRecord(
  to: Buffer,
  at: number,
  writer: Uint8Array,
  frame: Uint8Array,
  start: number,
): number {
  const part = Math.min(frame.length - start, PART_BYTES)
  const isLast = start + part === frame.length
  const end = to.writeUInt32LE(HEAD_BYTES - LENGTH_BYTES + part, at)
  to.set(writer, end)
  to[end + WRITER_BYTES] = (start === 0 ? RecordFlag.FIRST : 0) | (isLast ? RecordFlag.LAST : 0)
  to.set(frame.subarray(start, start + part), at + HEAD_BYTES)
  return at + HEAD_BYTES + part
}

/** Bytes of one write. */
export const WRITE_BYTES = ATOMIC
