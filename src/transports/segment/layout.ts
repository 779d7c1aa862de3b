import { brokenRule } from './broken-rule.js'

/** What the two sides of a segment agree on, in bytes. Both directions have the same. */
export interface Sizes {
  /** The ring, through which small frames and the descriptors of large ones go: a power of two. */
  readonly ring: number
  /** Blocks that the reader may keep where they lie: whole pages. */
  readonly keep: number
  /** Blocks for passage only, which are never kept, so that the largest frame always finds its way: whole pages. */
  readonly largest: number
}

/** Bytes of a page: what stands apart begins on one, and a block is a run of them. */
export const PAGE = 4096

/** The least and the most that a side takes part in, in bytes. */
const BOUNDS = Object.freeze({
  ring: { least: 64 * 1024, most: 1024 * 1024 },
  keep: { least: 0, most: 256 * 1024 * 1024 },
  largest: { least: 64 * 1024, most: 256 * 1024 * 1024 },
})

/** Where the words are that the two sides of a way share, as indices; each on cache lines of its own. */
export const Word = {
  /** How far the writer has published, in units. The writer's. */
  TAIL: 0,
  /** How far the reader has freed, in units. The reader's. */
  HEAD: 32,
  /** 1 while the reader sleeps and wants the bell; who sets it to 0 has the bell to ring. */
  PARKED: 64,
  /** 1 while the writer waits for room and wants the bell; who sets it to 0 has the bell to ring. */
  WANTED: 96,
} as const

/** One direction of a segment, as both of its sides see it. */
export interface Way {
  /** {@link Word}. */
  readonly words: Int32Array
  /** One word for each page of the pool: how the reader gives back the block that begins there. */
  readonly returns: Int32Array
  /** The ring as Int32, for what stands in front of its records. */
  readonly heads: Int32Array
  /** The ring, and behind it the pool. */
  readonly data: Uint8Array
  /** Bytes of the ring: where the pool begins in `data`. */
  readonly ringBytes: number
  /** Pages of the pool. */
  readonly pages: number
  /** How many pages, from the first one on, may be kept. */
  readonly keepPages: number
}

/** Whether a segment can be cut into `sizes`, and neither side would have to take part in something unreasonable. */
export function isReasonable({ ring, keep, largest }: Sizes): boolean {
  return (
    within(ring, BOUNDS.ring) &&
    within(keep, BOUNDS.keep) &&
    within(largest, BOUNDS.largest) &&
    (ring & (ring - 1)) === 0 &&
    keep % PAGE === 0 &&
    largest % PAGE === 0
  )
}

function within(bytes: number, { least, most }: { least: number; most: number }): boolean {
  return Number.isInteger(bytes) && bytes >= least && bytes <= most
}

/** What two sides that propose `a` and `b` agree on: the lesser of each. */
export function agreedSizes(a: Sizes, b: Sizes): Sizes {
  return {
    ring: Math.min(a.ring, b.ring),
    keep: Math.min(a.keep, b.keep),
    largest: Math.min(a.largest, b.largest),
  }
}

/** Bytes of a segment: two ways. */
export function segmentBytes(sizes: Sizes): number {
  return 2 * wayBytes(sizes)
}

/**
 * The two ways of a segment: of who dialled to who listens, and back.
 * @throws SignalboxError `PROTOCOL_VIOLATION` when `buffer` is too small for them
 */
export function waysOf(buffer: ArrayBufferLike, sizes: Sizes): { readonly there: Way; readonly back: Way } {
  if (buffer.byteLength < segmentBytes(sizes)) {
    throw brokenRule(`its segment has ${buffer.byteLength} B where ${segmentBytes(sizes)} B were agreed`)
  }
  return { there: wayAt(buffer, 0, sizes), back: wayAt(buffer, wayBytes(sizes), sizes) }
}

/** The direction whose memory begins at `at`, a multiple of a page. */
export function wayAt(buffer: ArrayBufferLike, at: number, sizes: Sizes): Way {
  const pages = poolBytes(sizes) / PAGE
  const data = at + PAGE + returnsBytes(sizes)
  return {
    words: new Int32Array(buffer, at, PAGE / 4),
    returns: new Int32Array(buffer, at + PAGE, pages),
    heads: new Int32Array(buffer, data, sizes.ring / 4),
    data: new Uint8Array(buffer, data, sizes.ring + poolBytes(sizes)),
    ringBytes: sizes.ring,
    pages,
    keepPages: sizes.keep / PAGE,
  }
}

/** Bytes of one direction. */
export function wayBytes(sizes: Sizes): number {
  return PAGE + returnsBytes(sizes) + sizes.ring + poolBytes(sizes)
}

function poolBytes({ keep, largest }: Sizes): number {
  return keep + largest
}

function returnsBytes(sizes: Sizes): number {
  return Math.ceil(((poolBytes(sizes) / PAGE) * 4) / PAGE) * PAGE
}
