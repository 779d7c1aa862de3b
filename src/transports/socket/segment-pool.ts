/**
 * Bytes of one segment: the largest frames of links fit, since allocating for each costs more than to send it, and small
 * enough for the L2 cache. What nobody writes to is no memory yet.
 */
export const SEGMENT_BYTES = 512 * 1024

/** How many idle segments the process keeps for reuse: 4 MiB in all. */
const IDLE_SEGMENTS = 8

const idle: Uint8Array[] = []

/** A segment to fill. The taker owns it until it gives it back; one that is never given back is simply garbage. */
export function takeSegment(): Uint8Array {
  return idle.pop() ?? makeSegment(SEGMENT_BYTES)
}

/** A segment of `length` bytes. It is no Buffer, since all that writes bytes in place is quicker when it meets one kind. */
export function makeSegment(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
}

/** Gives a segment back. Nothing may read or write it any more, the operating system included. */
export function giveSegment(segment: Uint8Array): void {
  if (segment.length === SEGMENT_BYTES && idle.length < IDLE_SEGMENTS) idle.push(segment)
}
