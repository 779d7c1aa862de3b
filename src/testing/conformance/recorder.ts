import { type Script, ScriptReader } from './script.js'

interface Expectation {
  readonly reader: ScriptReader
  readonly met: () => void
  readonly failed: (error: Error) => void
  /** The frame that comes next, and how much of it is there already. */
  frame: number
  offset: number
}

/** Compares what arrives with what should, byte by byte, while it arrives. */
export class Recorder {
  frames = 0
  bytes = 0
  readonly #boundaries: 'message' | 'stream'
  readonly #expectations: Expectation[] = []
  #surplus: Uint8Array[] = []
  #failure: Error | undefined

  constructor(boundaries: 'message' | 'stream') {
    this.#boundaries = boundaries
  }

  /** Resolves when all of `script` has arrived after what was expected before; rejects at the first difference. */
  expect(script: Script): Promise<void> {
    return new Promise((met, failed) => {
      if (this.#failure !== undefined) return failed(this.#failure)
      this.#expectations.push({ reader: new ScriptReader(script), met, failed, frame: 0, offset: 0 })
      this.#settle()
      const early = this.#surplus
      this.#surplus = []
      for (const piece of early) this.#compare(piece)
    })
  }

  /** Takes the next frame, or piece of a stream. */
  take(bytes: Uint8Array): void {
    this.frames += 1
    this.bytes += bytes.length
    if (this.#failure === undefined) this.#compare(bytes)
  }

  /** Nothing more will arrive: whoever still expects something is told `why`. */
  end(why: string): void {
    const next = this.#expectations[0]
    this.#fail(
      next === undefined
        ? `nothing can arrive: ${why}`
        : `only ${next.frame} of ${next.reader.script.count} frames (${this.bytes} B in all) arrived: ${why}`,
    )
  }

  #compare(bytes: Uint8Array): void {
    if (this.#boundaries === 'message') this.#compareMessage(bytes)
    else this.#comparePiece(bytes)
  }

  #compareMessage(bytes: Uint8Array): void {
    const next = this.#expectations[0]
    if (next === undefined) {
      this.#surplus.push(Uint8Array.from(bytes)) // a Buffer's slice would be a view
      return
    }
    const wanted = next.reader.frame(next.frame)
    if (wanted.length !== bytes.length) {
      this.#fail(`frame ${next.frame} has ${bytes.length} B, and ${wanted.length} B were sent`)
      return
    }
    if (!this.#same(next, bytes, wanted)) return
    next.frame += 1
    this.#settle()
  }

  #comparePiece(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0) {
      const next = this.#expectations[0]
      if (next === undefined) {
        this.#surplus.push(Uint8Array.from(rest))
        return
      }
      const wanted = next.reader.frame(next.frame).subarray(next.offset)
      const length = Math.min(wanted.length, rest.length)
      if (!this.#same(next, rest.subarray(0, length), wanted.subarray(0, length))) return
      rest = rest.subarray(length)
      next.offset += length
      if (length === wanted.length) {
        next.frame += 1
        next.offset = 0
      }
      this.#settle()
    }
  }

  #same(next: Expectation, got: Uint8Array, wanted: Uint8Array): boolean {
    if (Buffer.compare(got, wanted) === 0) return true
    const at = wanted.findIndex((byte, index) => byte !== got[index])
    this.#fail(
      `frame ${next.frame} of ${next.reader.script.count}, byte ${next.offset + at}: ` +
        `0x${got[at]?.toString(16)} arrived, and 0x${wanted[at]?.toString(16)} was sent`,
    )
    return false
  }

  /** Ends the expectations that are met; on a stream an empty frame leaves no trace. */
  #settle(): void {
    for (let next = this.#expectations[0]; next !== undefined; next = this.#expectations[0]) {
      const { reader } = next
      if (this.#boundaries === 'stream') {
        while (next.frame < reader.script.count && reader.sizeOf(next.frame) === 0) next.frame += 1
      }
      if (next.frame < reader.script.count) return
      this.#expectations.shift()
      next.met()
    }
  }

  #fail(what: string): void {
    this.#failure ??= new Error(what)
    for (const { failed } of this.#expectations.splice(0)) failed(this.#failure)
  }
}
