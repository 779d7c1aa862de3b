import { crc32 } from 'node:zlib'
import { type JournalShape, ringAt } from './journal-layout.js'

/**
 * In front of each record: its CRC-32 u32, its length u32, its number u64, its era u32, and 4 bytes of nothing. A record
 * begins at a multiple of 8, and goes on at the beginning of the ring when it reaches its end.
 */
const RecordHead = { BYTES: 24, LENGTH: 4, SEQUENCE: 8, ERA: 16 } as const

/** What the checksum covers in front of the bytes: number f64, era u32, length u32. */
const COVERED_BYTES = 16

/** Bytes that a record of `length` bytes takes. */
export function recordBytes(length: number): number {
  return Math.ceil((RecordHead.BYTES + length) / 8) * 8
}

/**
 * The records of a journal, by their positions. A record's checksum covers its number, too: what an earlier lap has left in
 * the place of a record is none. Nothing that is read here is trusted for more than a number.
 */
export class JournalRing {
  /** Bytes of the longest record: half of the ring, because the newest one is always kept. */
  readonly longest: number
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array
  readonly #seed: number
  readonly #covered = new Uint8Array(COVERED_BYTES)
  readonly #coveredNumbers = new DataView(this.#covered.buffer)

  constructor(buffer: ArrayBufferLike, shape: JournalShape) {
    const at = ringAt(shape)
    this.#words = new Uint32Array(buffer, at, shape.ring / 4)
    this.#bytes = new Uint8Array(buffer, at, shape.ring)
    this.#seed = shape.seed
    this.longest = shape.ring / 2 - RecordHead.BYTES
  }

  /** The length that stands at a position. */
  lengthAt(position: number): number {
    return this.#words[this.#wordAt(position + RecordHead.LENGTH)] ?? 0
  }

  /** The number that stands at a position. */
  sequenceAt(position: number): number {
    // Both halves are in one unit of 8 bytes, which the ring does not divide.
    const word = this.#wordAt(position + RecordHead.SEQUENCE)
    return (this.#words[word] ?? 0) + (this.#words[word + 1] ?? 0) * 2 ** 32
  }

  /** The era that stands at a position: those of later records are never lower. */
  eraAt(position: number): number {
    return this.#words[this.#wordAt(position + RecordHead.ERA)] ?? 0
  }

  /** Writes a record. Whoever publishes it does so afterwards, by Atomics. */
  write(position: number, sequence: number, era: number, bytes: Uint8Array): void {
    const start = (position + RecordHead.BYTES) % this.#bytes.length
    const toEnd = this.#bytes.length - start
    if (bytes.length <= toEnd) this.#bytes.set(bytes, start)
    else {
      this.#bytes.set(bytes.subarray(0, toEnd), start)
      this.#bytes.set(bytes.subarray(toEnd), 0)
    }
    const head = this.#wordAt(position)
    this.#words[head] = crc32(bytes, this.#checksumOfHead(sequence, era, bytes.length))
    this.#words[head + 1] = bytes.length
    const numbers = this.#wordAt(position + RecordHead.SEQUENCE)
    this.#words[numbers] = sequence % 2 ** 32
    this.#words[numbers + 1] = Math.floor(sequence / 2 ** 32)
    this.#words[this.#wordAt(position + RecordHead.ERA)] = era
  }

  /**
   * A copy of the record at a position, when it is whole and has this number; else undefined.
   * @param end how far is written
   */
  read(position: number, sequence: number, end: number): Uint8Array | undefined {
    const length = this.lengthAt(position)
    if (length > this.longest || position + recordBytes(length) > end) return undefined
    const checksum = this.#words[this.#wordAt(position)]
    if (this.sequenceAt(position) !== sequence) return undefined
    // Checked is what is delivered: the ring may be written to meanwhile.
    const bytes = new Uint8Array(length)
    const start = (position + RecordHead.BYTES) % this.#bytes.length
    bytes.set(this.#bytes.subarray(start, start + length))
    const toEnd = this.#bytes.length - start
    if (length > toEnd) bytes.set(this.#bytes.subarray(0, length - toEnd), toEnd)
    const right = crc32(bytes, this.#checksumOfHead(sequence, this.eraAt(position), length)) === checksum
    return right ? bytes : undefined
  }

  #checksumOfHead(sequence: number, era: number, length: number): number {
    this.#coveredNumbers.setFloat64(0, sequence, true)
    this.#coveredNumbers.setUint32(8, era, true)
    this.#coveredNumbers.setUint32(12, length, true)
    return crc32(this.#covered, this.#seed)
  }

  #wordAt(position: number): number {
    return (position % this.#bytes.length) / 4
  }
}
