/**
 * What one end sends and the other expects: `count` frames whose sizes and contents follow from `seed`
 * alone, so that two processes agree on them without sending them twice.
 */
export interface Script {
  readonly seed: number
  readonly count: number
  /** Bytes of each frame: always the same, or varied between 0 and `upTo` with many small ones. */
  readonly size: number | { readonly upTo: number }
}

const BLOCK = 64 * 1024

/** Writes the frames of a {@link Script}. */
export class ScriptReader {
  readonly #block: Uint8Array
  #scratch = new Uint8Array(0)

  constructor(readonly script: Script) {
    this.#block = noise(script.seed, BLOCK)
  }

  /** The size of frame `index` in bytes. */
  sizeOf(index: number): number {
    const { size, seed } = this.script
    if (typeof size === 'number') return size
    const dice = mix(seed ^ mix(index))
    if (dice % 16 === 0) return 0
    if (dice % 16 === 1) return Math.min(1, size.upTo)
    // A random share of a random power of two: small frames are as usual as large ones.
    const ceiling = Math.min(size.upTo, 2 ** ((dice >>> 4) % (1 + Math.ceil(Math.log2(size.upTo + 1)))))
    return 1 + ((dice >>> 10) % ceiling)
  }

  /** Frame `index`. The bytes are lent until the next call. */
  frame(index: number): Uint8Array {
    const size = this.sizeOf(index)
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(size)
    const frame = this.#scratch.subarray(0, size)
    let from = mix(index) % BLOCK
    for (let at = 0; at < size; ) {
      const piece = this.#block.subarray(from, from + size - at)
      frame.set(piece, at)
      at += piece.length
      from = 0
    }
    // Two frames of one size differ, whatever the block offers.
    if (size >= 4) new DataView(frame.buffer).setUint32(0, index, true)
    return frame
  }

  /** All frames' bytes, one after the other. */
  bytes(): Uint8Array {
    const frames = Array.from({ length: this.script.count }, (_, index) => this.frame(index).slice())
    return Buffer.concat(frames)
  }
}

function noise(seed: number, length: number): Uint8Array {
  const words = new Uint32Array(length / 4)
  for (let at = 0; at < words.length; at++) words[at] = mix(seed + mix(at))
  return new Uint8Array(words.buffer)
}

/** A 32-bit mixing step (the finalizer of MurmurHash3): neighbouring inputs give unrelated outputs. */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
