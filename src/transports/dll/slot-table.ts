import { createHash } from 'node:crypto'
import { SignalboxError } from '../../core/contracts/index.js'
import { type Claim, isLive, NOBODY, ownClaim } from './claim.js'
import {
  ALIGNMENT,
  ClaimWord,
  claimWordOf,
  LARGEST_PACKET,
  NAME_WORDS,
  RECORD_HEADER,
  RING,
  ringOf,
  SKIP,
  SLOTS,
  WAITING_WORDS,
  Word,
  wordOf,
} from './slot-layout.js'

/** A slot as it was when it was found; another owner has another nonce. */
export interface FoundSlot {
  readonly slot: number
  readonly nonce: number
  readonly owner: Claim
}

/** How often a lock is tried whose holder is in the middle of a copy. */
const TRIES = 50

/**
 * The slots of a library: in each, a ring of packets with one reader, its owner, and one writer at a time. What is written is
 * published by one store when it is whole. All that a process holds names the process, so that what a dead one held
 * is free for whoever asks next: a slot, and the turn to write into one.
 */
export class SlotTable {
  readonly #words: Int32Array
  readonly #claims: BigUint64Array
  readonly #bytes: Uint8Array
  readonly #own = ownClaim()

  /** @param ring wakes the owner of a slot */
  constructor(
    buffer: ArrayBuffer,
    private readonly ring: (slot: number) => void,
  ) {
    this.#words = new Int32Array(buffer)
    this.#claims = new BigUint64Array(buffer)
    this.#bytes = new Uint8Array(buffer)
  }

  /**
   * Takes a free slot, or that of a dead process. To be called by one process at a time: names are compared before.
   * @param nonce that no earlier owner had, and not 0
   * @returns undefined where a living process has the name
   * @throws SignalboxError `LIMIT_EXCEEDED` when all slots are taken
   */
  claim(name: string, nonce: number): number | undefined {
    const digest = digestOf(name)
    if (this.#find(digest) !== undefined) return undefined
    // System calls only where no slot is free.
    const slot = this.#firstThat(owner => owner === NOBODY) ?? this.#firstThat(owner => !isLive(owner))
    if (slot === undefined) {
      const why = `all ${SLOTS} slots of the library are taken by living processes; close some, or use another library`
      throw new SignalboxError('LIMIT_EXCEEDED', why)
    }
    this.#prepare(slot, digest, nonce)
    return slot
  }

  /** Frees a slot of this process; what nobody read is gone. */
  release(slot: number): void {
    Atomics.store(this.#words, wordOf(slot) + Word.NONCE, 0)
    Atomics.store(this.#words, wordOf(slot) + Word.PARKED, 0)
    Atomics.store(this.#claims, claimWordOf(slot) + ClaimWord.OWNER, NOBODY)
    this.#ringWaiting(slot)
  }

  /** The slot of that name, if a living process has it. */
  find(name: string): FoundSlot | undefined {
    return this.#find(digestOf(name))
  }

  /**
   * Puts a packet into a slot, and wakes its owner if it sleeps.
   * @returns `busy` while somebody else writes there; `gone` when the slot has another owner, or none
   */
  put({ slot, nonce }: FoundSlot, packet: Uint8Array): 'sent' | 'full' | 'busy' | 'gone' {
    if (!this.#lock(slot)) return 'busy'
    const outcome = this.#putLocked(slot, nonce, packet)
    this.#unlock(slot)
    if (outcome === 'sent' && Atomics.load(this.#words, wordOf(slot) + Word.PARKED) === 1) this.ring(slot)
    return outcome
  }

  /**
   * The oldest packet in a slot of this process, as the caller's own.
   * @throws SignalboxError `PROTOCOL_VIOLATION` when what is there cannot have been put by us
   */
  take(slot: number): Uint8Array | undefined {
    const words = this.#words
    const at = wordOf(slot)
    let head = Atomics.load(words, at + Word.HEAD)
    const tail = Atomics.load(words, at + Word.TAIL)
    if (head === tail) return undefined
    if (words[this.#placeOf(slot, head) / 4] === SKIP) head = nextRound(head)
    const place = this.#placeOf(slot, head)
    const length = words[place / 4] ?? 0
    const next = (head + recordOf(length)) | 0
    const waiting = (tail - head) | 0
    if (length < 0 || length > LARGEST_PACKET || waiting > RING || recordOf(length) > waiting) {
      const why = `slot ${slot} has ${waiting} B and a packet of ${length} B; a program that is not Signalbox wrote there`
      throw new SignalboxError('PROTOCOL_VIOLATION', why)
    }
    const packet = this.#bytes.slice(place + RECORD_HEADER, place + RECORD_HEADER + length)
    Atomics.store(words, at + Word.HEAD, next)
    return packet
  }

  /** Says that the owner sleeps now, unless there is something to read. */
  park(slot: number): boolean {
    const at = wordOf(slot)
    Atomics.store(this.#words, at + Word.PARKED, 1)
    const isEmpty = Atomics.load(this.#words, at + Word.HEAD) === Atomics.load(this.#words, at + Word.TAIL)
    if (!isEmpty) this.unpark(slot)
    return isEmpty
  }

  unpark(slot: number): void {
    Atomics.store(this.#words, wordOf(slot) + Word.PARKED, 0)
  }

  /** Has the owner of `waiter` woken when there is room in `slot`. Put again afterwards: there may be room already. */
  awaitRoom(slot: number, waiter: number): void {
    Atomics.or(this.#words, waitingWord(slot, waiter), 1 << (waiter % 32))
  }

  stopAwaiting(slot: number, waiter: number): void {
    Atomics.and(this.#words, waitingWord(slot, waiter), ~(1 << (waiter % 32)))
  }

  /** Wakes those who wait for room in a slot of this process. */
  announceRoom(slot: number): void {
    this.#ringWaiting(slot)
  }

  /** Who writes into a slot at this moment. */
  writerOf(slot: number): Claim {
    return Atomics.load(this.#claims, claimWordOf(slot) + ClaimWord.WRITER)
  }

  #find(digest: Int32Array): FoundSlot | undefined {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const nonce = Atomics.load(this.#words, wordOf(slot) + Word.NONCE)
      if (nonce === 0 || !this.#isNamed(slot, digest)) continue
      const owner = this.#ownerOf(slot)
      if (owner !== NOBODY && isLive(owner)) return { slot, nonce, owner }
    }
    return undefined
  }

  #firstThat(fits: (owner: Claim) => boolean): number | undefined {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const owner = this.#ownerOf(slot)
      // A writer that has not seen yet that the former owner is gone has it for a moment.
      if (!fits(owner) || !this.#lock(slot)) continue
      const at = claimWordOf(slot) + ClaimWord.OWNER
      if (Atomics.compareExchange(this.#claims, at, owner, this.#own) === owner) return slot
      this.#unlock(slot)
    }
    return undefined
  }

  /** Makes a slot that is claimed and locked ready. A process that dies in here leaves no nonce that counts. */
  #prepare(slot: number, digest: Int32Array, nonce: number): void {
    const at = wordOf(slot)
    Atomics.store(this.#words, at + Word.NONCE, 0)
    for (const word of [Word.HEAD, Word.TAIL, Word.PARKED]) Atomics.store(this.#words, at + word, 0)
    this.#words.fill(0, at + Word.WAITING, at + Word.WAITING + WAITING_WORDS)
    this.#words.set(digest, at + Word.NAME)
    for (let other = 0; other < SLOTS; other += 1) this.stopAwaiting(other, slot)
    Atomics.store(this.#words, at + Word.NONCE, nonce)
    this.#unlock(slot)
  }

  #putLocked(slot: number, nonce: number, packet: Uint8Array): 'sent' | 'full' | 'gone' {
    const words = this.#words
    const at = wordOf(slot)
    if (Atomics.load(words, at + Word.NONCE) !== nonce) return 'gone'
    let tail = Atomics.load(words, at + Word.TAIL)
    const free = RING - ((tail - Atomics.load(words, at + Word.HEAD)) | 0)
    const needed = recordOf(packet.length)
    const toEnd = RING - (tail & (RING - 1))
    const wraps = needed > toEnd
    if ((wraps ? needed + toEnd : needed) > free) return 'full'
    if (wraps) {
      words[this.#placeOf(slot, tail) / 4] = SKIP
      tail = nextRound(tail)
    }
    const place = this.#placeOf(slot, tail)
    words[place / 4] = packet.length
    this.#bytes.set(packet, place + RECORD_HEADER)
    Atomics.store(words, at + Word.TAIL, (tail + needed) | 0)
    return 'sent'
  }

  /** The turn to write into a slot; a dead process loses its own. */
  #lock(slot: number): boolean {
    const at = claimWordOf(slot) + ClaimWord.WRITER
    let holder = NOBODY
    for (let left = TRIES; left > 0; left -= 1) {
      holder = Atomics.compareExchange(this.#claims, at, NOBODY, this.#own)
      if (holder === NOBODY) return true
    }
    return !isLive(holder) && Atomics.compareExchange(this.#claims, at, holder, this.#own) === holder
  }

  /** Who found the slot locked waits as for room: the reader may have been faster than this. */
  #unlock(slot: number): void {
    Atomics.store(this.#claims, claimWordOf(slot) + ClaimWord.WRITER, NOBODY)
    this.#ringWaiting(slot)
  }

  /** The bits stay until their owners clear them: of a bell that a killed process did not ring, the next one does. */
  #ringWaiting(slot: number): void {
    const at = wordOf(slot) + Word.WAITING
    for (let word = 0; word < WAITING_WORDS; word += 1) {
      let bits = Atomics.load(this.#words, at + word)
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits)
        this.ring(word * 32 + bit)
        bits &= ~(1 << bit)
      }
    }
  }

  #isNamed(slot: number, digest: Int32Array): boolean {
    const at = wordOf(slot) + Word.NAME
    for (let word = 0; word < NAME_WORDS; word += 1) {
      if (this.#words[at + word] !== digest[word]) return false
    }
    return true
  }

  #ownerOf(slot: number): Claim {
    return Atomics.load(this.#claims, claimWordOf(slot) + ClaimWord.OWNER)
  }

  #placeOf(slot: number, position: number): number {
    return ringOf(slot) + (position & (RING - 1))
  }
}

const waitingWord = (slot: number, waiter: number) => wordOf(slot) + Word.WAITING + (waiter >>> 5)

const recordOf = (length: number) => RECORD_HEADER + Math.ceil(length / ALIGNMENT) * ALIGNMENT

const nextRound = (position: number) => ((position | (RING - 1)) + 1) | 0

function digestOf(name: string): Int32Array {
  const digest = createHash('sha256').update(name).digest()
  return Int32Array.from({ length: NAME_WORDS }, (_, word) => digest.readInt32LE(4 * word))
}
