/** How many endpoints a library has room for. */
export const SLOTS = 256
/** Bytes of the packets that wait in one slot, a power of two. */
export const RING = 32 * 1024
/** Bytes before each packet: its length, and four that keep the next one aligned. */
export const RECORD_HEADER = 8
/** Packets begin at multiples of so many bytes. */
export const ALIGNMENT = 8
/** Bytes of the largest packet: an empty slot takes it, wherever its ring begins. */
export const LARGEST_PACKET = RING / 2 - RECORD_HEADER
/** In place of a length: the ring goes on at its beginning. */
export const SKIP = -1

const HEADER = 128

/**
 * The 32-bit words of a slot's header, from its beginning. All zeros is a free slot, so that a library needs no
 * preparation. The first two words are a claim of 64 bits, and so are the next two.
 */
export const Word = {
  /** Which of the claims of this slot counts; 0 while none does. */
  NONCE: 4,
  /** Bytes that its owner took, and that were put in, since it was claimed; both wrap around. */
  HEAD: 5,
  TAIL: 6,
  /** Whether its owner sleeps until the bell rings. */
  PARKED: 7,
  /** 128 bits of the name's digest. */
  NAME: 8,
  /** A bit for each slot whose owner waits for room. */
  WAITING: 16,
} as const

/** The 64-bit words of a slot's header: whose it is, and who writes into it at this moment. */
export const ClaimWord = { OWNER: 0, WRITER: 1 } as const

export const NAME_WORDS = 4
export const WAITING_WORDS = SLOTS / 32
export const wordOf = (slot: number) => (slot * HEADER) / 4
export const claimWordOf = (slot: number) => (slot * HEADER) / 8
export const ringOf = (slot: number) => SLOTS * HEADER + slot * RING

/** Bytes of all. */
export const SECTION = SLOTS * (HEADER + RING)
