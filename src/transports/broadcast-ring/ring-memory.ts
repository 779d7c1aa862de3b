import { PAGE, type Sizes, type Way, wayAt, wayBytes } from '../segment/layout.js'

/** Readers that one ring has at most: each has a bit in the words of the blocks. */
export const MOST_READERS = 31

/** What stands in front of each message, in bytes: its number, and which of the writer's ends sent it. */
export const PREFIX = 8

/** The writer's words, as indices, beside those that rings have. */
export const RingWord = {
  /** 1 when the writer has closed the ring: nothing will follow what is published. */
  CLOSED: 128,
} as const

/** The words of a reader, as indices from the beginning of its seat; each seat has cache lines of its own. */
export const SeatWord = {
  /** Which record is its next one, in units. The reader moves it by one record, and the writer over what it drops. */
  POSITION: 0,
  /** 1 while it sleeps and wants the bell; who sets it to 0 has the bell to ring. */
  PARKED: 1,
  /** 1 while the writer waits for room and wants the bell; who sets it to 0 has the bell to ring. */
  WANTED: 2,
  /** 1 when the writer has cut it off: its position means nothing any more. */
  EVICTED: 3,
} as const

/** The memory of a ring, as its writer and its readers see it. */
export interface RingMemory {
  /**
   * The ring and its pool. `returns` has a bit for each reader that has, or may still take, the block that begins at a
   * page; the other words of a way between two are not used.
   */
  readonly way: Way
  /** The seats of the readers: {@link seatAt}. */
  readonly seats: Int32Array
  /** The ring and its pool once more, for what stands in front of messages. */
  readonly prefixes: Int32Array
}

/** The first word of a seat. */
export const seatAt = (seat: number): number => seat * 32

export function ringMemoryBytes(sizes: Sizes): number {
  return PAGE + wayBytes(sizes)
}

/** @param buffer of at least {@link ringMemoryBytes} */
export function ringMemoryOf(buffer: ArrayBufferLike, sizes: Sizes): RingMemory {
  const way = wayAt(buffer, PAGE, sizes)
  const { byteOffset, length } = way.data
  return {
    way,
    seats: new Int32Array(buffer, 0, PAGE / 4),
    prefixes: new Int32Array(buffer, byteOffset, length / 4),
  }
}
