import { ByteWriter } from '../../../src/core/link/index.js'
import type { SeededRandom } from '../../../src/testing/seeded-random.js'

/** Numbers at which code breaks, if it breaks. */
const EXTREMES = [
  0,
  1,
  2,
  63,
  64,
  127,
  128,
  255,
  256,
  16383,
  16384,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
]

const KINDS = [1, 2, 3, 4, 5, 0x10, 0x11, 0x12, 0x13, 0x18, 0x19, 0x20, 0x21]

/** Spoils frames by chance, most of them only a little: what is nearly right gets furthest. */
export class Mutator {
  constructor(
    private readonly random: SeededRandom,
    /** What pieces of other frames are taken from. */
    private readonly corpus: readonly Uint8Array[],
  ) {}

  mutate(frame: Uint8Array): Uint8Array {
    let mutant = frame
    for (let changes = 1 + this.random.below(3); changes > 0; changes--) mutant = this.#change(mutant)
    return mutant
  }

  /** A frame that nobody sent: a kind and numbers, or nothing but noise. */
  invent(): Uint8Array {
    if (this.random.below(4) === 0) return this.random.bytes(this.random.below(80))
    const out = new ByteWriter().u8(this.#pick(KINDS))
    for (let fields = this.random.below(6); fields > 0; fields--) out.varint(this.#number())
    return out.raw(this.random.bytes(this.random.below(20))).done()
  }

  #change(frame: Uint8Array): Uint8Array {
    const { random } = this
    const at = random.below(frame.length + 1)
    switch (random.below(8)) {
      case 0: // a bit
        return frame.map((byte, index) => (index === at ? byte ^ (1 << random.below(8)) : byte))
      case 1: // a byte
        return frame.map((byte, index) => (index === at ? random.below(256) : byte))
      case 2: // cut
        return frame.subarray(0, at)
      case 3: // something more
        return joined(frame.subarray(0, at), random.bytes(1 + random.below(8)), frame.subarray(at))
      case 4: // something less
        return joined(frame.subarray(0, at), frame.subarray(at + 1 + random.below(4)))
      case 5: // the end of another frame
        return joined(frame.subarray(0, at), this.#pick(this.corpus).subarray(at))
      case 6: // another number
        return joined(
          frame.subarray(0, at),
          new ByteWriter().varint(this.#number()).done(),
          frame.subarray(at + 1),
        )
      default: // another kind
        return joined(Uint8Array.of(this.#pick(KINDS)), frame.subarray(1))
    }
  }

  #number(): number {
    const number = this.random.below(3) === 0 ? this.random.below(2 ** 20) : this.#pick(EXTREMES)
    return Math.min(Number.MAX_SAFE_INTEGER, number + this.random.below(2))
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.random.below(from.length)]
    if (picked === undefined) throw new Error('there is nothing to pick from')
    return picked
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}
