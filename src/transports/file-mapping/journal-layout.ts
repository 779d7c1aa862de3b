import { crc32 } from 'node:zlib'
import { SignalboxError } from '../../core/contracts/index.js'

/**
 * How a journal lies in its file, in little-endian numbers. On the first page there are a head that never changes, and words
 * that writer and consumers share; then the places of consumers; then the ring of records.
 *
 *     0    "SBjournl", version u32, overflow u32, survives u32, places u32, bytes of the ring u64, seed u32
 *     36   CRC-32 of all that
 *     128  how far is written, i64, in bytes since the beginning of all times; a place in the ring is that modulo its size
 *     192  where the oldest record is, i64, likewise
 *     224  the era, i64: how often something torn was cut off
 *     256  1 while somebody waits for a record, i32; 320: for room
 */
export interface JournalShape {
  readonly overflow: 'block' | 'drop-oldest'
  readonly survives: 'process' | 'machine'
  /** How many consumers there can be. */
  readonly places: number
  /** Bytes of the ring of records. */
  readonly ring: number
  /** What all checksums begin with, so that no record of another journal, or inside of a record, is taken for one of this. */
  readonly seed: number
}

/** Where the shared words are, as indices of 64-bit integers. */
export const Word64 = { TAIL: 128 / 8, START: 192 / 8, ERA: 224 / 8 } as const
/** And of 32-bit integers. */
export const Word32 = { RECORD_WANTED: 256 / 4, ROOM_WANTED: 320 / 4 } as const

const PAGE = 4096
const VERSION = 1
const MAGIC = 'SBjournl'
const HEAD_BYTES = 40
const CHECKSUM_AT = 36
const OVERFLOWS = ['block', 'drop-oldest'] as const
const SURVIVES = ['process', 'machine'] as const

/** Bytes of a consumer's place, and where the places begin. */
export const PLACE_BYTES = 256
export const PLACES_AT = PAGE

/** The least and the most bytes of a ring, and places of consumers. */
export const JournalBounds = Object.freeze({
  ring: { least: PAGE, most: 2 ** 32 },
  places: { least: 1, most: 1024 },
})

/** Where the ring begins. */
export function ringAt({ places }: Pick<JournalShape, 'places'>): number {
  return PLACES_AT + wholePages(places * PLACE_BYTES)
}

/** Bytes of the whole file. */
export function journalBytes(shape: JournalShape): number {
  return ringAt(shape) + shape.ring
}

export function wholePages(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE
}

/** Writes the head of a new journal. */
export function writeHead(
  target: Uint8Array,
  { overflow, survives, places, ring, seed }: JournalShape,
): void {
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(MAGIC, 'latin1')
  head.writeUInt32LE(VERSION, 8)
  head.writeUInt32LE(OVERFLOWS.indexOf(overflow), 12)
  head.writeUInt32LE(SURVIVES.indexOf(survives), 16)
  head.writeUInt32LE(places, 20)
  head.writeBigUInt64LE(BigInt(ring), 24)
  head.writeUInt32LE(seed, 32)
  head.writeUInt32LE(crc32(head.subarray(0, CHECKSUM_AT)), CHECKSUM_AT)
  target.set(head)
}

/**
 * What the head of a file says.
 * @param name how messages call it
 * @throws SignalboxError `ADDRESS_INVALID` when it is no journal, or not one of this version
 */
export function readHead(name: string, file: Uint8Array): JournalShape {
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${name} is no journal: ${why}`)
  if (file.length < PAGE) throw invalid(`it has ${file.length} B only`)
  const head = Buffer.from(file.slice(0, HEAD_BYTES))
  if (head.toString('latin1', 0, MAGIC.length) !== MAGIC) throw invalid('it does not begin like one')
  if (head.readUInt32LE(8) !== VERSION) {
    throw invalid(`it is one of version ${head.readUInt32LE(8)}, and this is ${VERSION}`)
  }
  const overflow = OVERFLOWS[head.readUInt32LE(12)]
  const survives = SURVIVES[head.readUInt32LE(16)]
  const isWhole = crc32(head.subarray(0, CHECKSUM_AT)) === head.readUInt32LE(CHECKSUM_AT)
  if (!isWhole || overflow === undefined || survives === undefined) throw invalid('its head is damaged')
  const shape = {
    overflow,
    survives,
    places: head.readUInt32LE(20),
    ring: Number(head.readBigUInt64LE(24)),
    seed: head.readUInt32LE(32),
  }
  if (!isReasonable(shape) || journalBytes(shape) > file.length) throw invalid('it was cut')
  return shape
}

/** Whether there can be a journal of this size. */
export function isReasonable({ places, ring }: Pick<JournalShape, 'places' | 'ring'>): boolean {
  return within(places, JournalBounds.places) && within(ring, JournalBounds.ring) && ring % PAGE === 0
}

function within(value: number, { least, most }: { least: number; most: number }): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}
