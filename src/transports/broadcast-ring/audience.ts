import type { RingAudience } from '../segment/ring-writer.js'
import { MOST_READERS, type RingMemory, SeatWord, seatAt } from './ring-memory.js'

/** What an {@link Audience} asks of the writer. */
export interface AudienceBell {
  /** The reader of that seat sleeps, and has something to learn. */
  ring(seat: number): void
  /** The reader of that seat said what it is that cannot be. */
  broken(seat: number, why: string): void
}

/** The readers of a ring, as its writer sees them. Where each one is, it says itself, and is not trusted. */
export class Audience implements RingAudience {
  /** A bit for each reader that is to hear what is published from now on. */
  #listening = 0
  /** A bit for each seat that is taken, also by one that was cut off and has not let go yet. */
  #taken = 0
  readonly #seats: Int32Array
  /** Where each was when we looked last. */
  readonly #known = new Int32Array(MOST_READERS)

  constructor(
    { seats }: RingMemory,
    private readonly bell: AudienceBell,
  ) {
    this.#seats = seats
  }

  get listening(): number {
    return this.#listening
  }

  /** Gives a new reader a seat, from which it hears what is published after `position`; -1 when all are taken. */
  seat(position: number): number {
    const seat = 31 - Math.clz32(~this.#taken & 0x7fff_ffff)
    if (seat < 0) return -1
    const at = seatAt(seat)
    this.#seats.fill(0, at, at + 4)
    Atomics.store(this.#seats, at + SeatWord.POSITION, position)
    this.#known[seat] = position
    this.#taken |= 1 << seat
    this.#listening |= 1 << seat
    return seat
  }

  /** The reader is gone. */
  leave(seat: number): void {
    this.#listening &= ~(1 << seat)
    this.#taken &= ~(1 << seat)
  }

  /**
   * Takes a reader's place away from it, so that it can take nothing more.
   * @returns where it was: what is before that, it has taken
   */
  evict(seat: number, published: number): number {
    this.#listening &= ~(1 << seat)
    const at = seatAt(seat)
    Atomics.store(this.#seats, at + SeatWord.EVICTED, 1)
    // No reader can be there, so that whatever it is about to take is refused.
    const was = Atomics.exchange(this.#seats, at + SeatWord.POSITION, (published + 1) | 0)
    this.bell.ring(seat) // also one that does not sleep but has paused
    return was
  }

  /** Moves a reader from `from` to `to`, unless it has moved itself. */
  moves(seat: number, from: number, to: number): boolean {
    const at = seatAt(seat) + SeatWord.POSITION
    return Atomics.compareExchange(this.#seats, at, from, to) === from
  }

  /** Where a reader is; undefined when that cannot be. */
  positionOf(seat: number, published: number): number | undefined {
    const known = this.#known[seat] ?? 0
    const position = Atomics.load(this.#seats, seatAt(seat) + SeatWord.POSITION)
    const read = (position - known) | 0
    if (read < 0 || read > ((published - known) | 0)) return undefined
    this.#known[seat] = position
    return position
  }

  /** The reader that is furthest behind `published`; -1 when all have read everything. */
  slowest(published: number): number {
    let slowest = -1
    let most = 0
    for (let left = this.#listening; left !== 0; left &= left - 1) {
      const seat = 31 - Math.clz32(left & -left)
      const position = this.positionOf(seat, published)
      if (position === undefined) {
        this.bell.broken(seat, `it says that it is where no reader can be, behind ${published}`)
        continue
      }
      const behind = (published - position) | 0
      if (behind <= most) continue
      most = behind
      slowest = seat
    }
    return slowest
  }

  position(published: number): number {
    const seat = this.slowest(published)
    return seat < 0 ? published : (this.#known[seat] ?? published)
  }

  sleeps(): boolean {
    for (let left = this.#listening; left !== 0; left &= left - 1) this.wake(31 - Math.clz32(left & -left))
    return false
  }

  /** Rings the bell of a reader that sleeps. */
  wake(seat: number): void {
    const at = seatAt(seat) + SeatWord.PARKED
    // It first says that it sleeps and then looks at the tail: one of the two sees the other.
    if (Atomics.load(this.#seats, at) !== 0 && Atomics.exchange(this.#seats, at, 0) !== 0)
      this.bell.ring(seat)
  }

  /** Asks all readers to ring the bell when they make room. Look once more afterwards: they may just have done so. */
  wantRoom(): void {
    for (let left = this.#listening; left !== 0; left &= left - 1) {
      Atomics.store(this.#seats, seatAt(31 - Math.clz32(left & -left)) + SeatWord.WANTED, 1)
    }
  }
}
