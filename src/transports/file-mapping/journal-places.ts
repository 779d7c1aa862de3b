import { crc32 } from 'node:zlib'
import { SignalboxError } from '../../core/contracts/index.js'
import { type JournalShape, PLACE_BYTES, PLACES_AT } from './journal-layout.js'

/**
 * In the place of a consumer: the CRC-32 of its name u32, or 0 where there is none; the name's length u32; the name;
 * and at 128 the number of the record that it reads next i64, and how many it missed i64.
 */
const Place = { LENGTH: 4, NAME: 8, NEXT: 128, DROPPED: 136 } as const
const LONGEST_NAME = 120

/** The consumers that a journal knows, by the number of their place. How far each is, is one word. */
export class JournalPlaces {
  readonly #bytes: Uint8Array
  readonly #words: Int32Array
  readonly #numbers: BigInt64Array
  readonly #count: number

  constructor(buffer: ArrayBufferLike, { places }: JournalShape) {
    this.#bytes = new Uint8Array(buffer, PLACES_AT, places * PLACE_BYTES)
    this.#words = new Int32Array(buffer, PLACES_AT, (places * PLACE_BYTES) / 4)
    this.#numbers = new BigInt64Array(buffer, PLACES_AT, (places * PLACE_BYTES) / 8)
    this.#count = places
  }

  /** The places that are taken, with their names. */
  *taken(): Generator<[place: number, name: string]> {
    for (let place = 0; place < this.#count; place += 1) {
      const name = this.#nameOf(place)
      if (name !== undefined) yield [place, name]
    }
  }

  /**
   * Makes a place for a new consumer. Only for who has the lock for that.
   * @throws SignalboxError `ADDRESS_INVALID` for what is no name; `LIMIT_EXCEEDED` when all places are taken
   */
  add(journal: string, name: string, next: number): number {
    const bytes = Buffer.from(name)
    if (bytes.length === 0 || bytes.length > LONGEST_NAME || name.includes('\0')) {
      const why = `${journal}: ${JSON.stringify(name)} is no name of a consumer: it needs 1 to ${LONGEST_NAME} bytes, and no NUL`
      throw new SignalboxError('ADDRESS_INVALID', why)
    }
    for (let place = 0; place < this.#count; place += 1) {
      if (this.#nameOf(place) !== undefined) continue
      const at = place * PLACE_BYTES
      Atomics.store(this.#words, at / 4, 0)
      this.#bytes.fill(0, at, at + PLACE_BYTES)
      this.#bytes.set(bytes, at + Place.NAME)
      this.#words[(at + Place.LENGTH) / 4] = bytes.length
      this.setNext(place, next)
      Atomics.store(this.#words, at / 4, checksumOf(bytes))
      return place
    }
    throw new SignalboxError(
      'LIMIT_EXCEEDED',
      `${journal}: all of its ${this.#count} places for consumers are taken; remove one that nobody needs, or make a journal with more places`,
    )
  }

  /** Frees a place. Only for who has the lock for that, and the place's own. */
  remove(place: number): void {
    Atomics.store(this.#words, (place * PLACE_BYTES) / 4, 0)
  }

  /** The number of the record that is read next. */
  nextOf(place: number): number {
    return Number(Atomics.load(this.#numbers, (place * PLACE_BYTES + Place.NEXT) / 8))
  }

  setNext(place: number, next: number): void {
    Atomics.store(this.#numbers, (place * PLACE_BYTES + Place.NEXT) / 8, BigInt(next))
  }

  /** How many records it has missed since it is there. */
  droppedOf(place: number): number {
    return Number(Atomics.load(this.#numbers, (place * PLACE_BYTES + Place.DROPPED) / 8))
  }

  addDropped(place: number, count: number): void {
    Atomics.add(this.#numbers, (place * PLACE_BYTES + Place.DROPPED) / 8, BigInt(count))
  }

  /** The least number that any consumer reads next; undefined without consumers. */
  least(): number | undefined {
    let least: number | undefined
    for (let place = 0; place < this.#count; place += 1) {
      // Whether the name is whole is looked at by those who want it: here, too many count rather than too few.
      if (Atomics.load(this.#words, (place * PLACE_BYTES) / 4) === 0) continue
      const next = this.nextOf(place)
      if (least === undefined || next < least) least = next
    }
    return least
  }

  /** The highest number that any consumer reads next; 1 without consumers. */
  greatest(): number {
    let greatest = 1
    for (const [place] of this.taken()) greatest = Math.max(greatest, this.nextOf(place))
    return greatest
  }

  #nameOf(place: number): string | undefined {
    const at = place * PLACE_BYTES
    const checksum = Atomics.load(this.#words, at / 4)
    const length = this.#words[(at + Place.LENGTH) / 4] ?? 0
    if (checksum === 0 || length < 1 || length > LONGEST_NAME) return undefined
    const bytes = Buffer.from(this.#bytes.slice(at + Place.NAME, at + Place.NAME + length))
    return checksumOf(bytes) === checksum ? bytes.toString() : undefined
  }
}

/** Never 0, which is nobody. */
function checksumOf(name: Uint8Array): number {
  return crc32(name) | 0 || 1
}
