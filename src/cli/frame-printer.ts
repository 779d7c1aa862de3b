import { once } from 'node:events'
import { SignalboxError } from '../core/contracts/index.js'

/** How frames are printed. */
export interface FrameFormat {
  /** Bytes in hexadecimal instead of UTF-8. */
  readonly hex?: boolean
  /** As JSON objects, one a line. */
  readonly json?: boolean
}

/** Prints frames, one a line, until there were enough. */
export class FramePrinter {
  /** Resolves when as many frames were printed as were wanted. */
  readonly enough: Promise<void>
  readonly #output: NodeJS.WritableStream
  readonly #format: FrameFormat
  #wanted: number
  #resolveEnough: () => void = () => {}

  /** @param wanted how many; Infinity for all that come */
  constructor(output: NodeJS.WritableStream, format: FrameFormat, wanted: number) {
    this.#output = output
    this.#format = format
    this.#wanted = wanted
    this.enough = new Promise(resolve => {
      this.#resolveEnough = resolve
    })
  }

  /** Whether as many frames were printed as were wanted. */
  get hasEnough(): boolean {
    return this.#wanted === 0
  }

  /**
   * Prints a frame, whose bytes it does not keep. Returns a promise where the output cannot take more
   * until that resolves.
   * @throws SignalboxError `CLOSED` when there were enough.
   */
  print(frame: Uint8Array): void | Promise<void> {
    if (this.hasEnough) {
      throw new SignalboxError('CLOSED', 'the listener has as many frames as it wanted')
    }
    const flows = this.#output.write(`${this.#lineOf(frame)}\n`)
    this.#wanted--
    if (this.hasEnough) this.#resolveEnough()
    if (!flows) return once(this.#output, 'drain').then(() => {})
  }

  #lineOf(frame: Uint8Array): string {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
    const key = this.#format.hex ? 'hex' : 'text'
    const value = bytes.toString(this.#format.hex ? 'hex' : 'utf8')
    return this.#format.json ? JSON.stringify({ [key]: value }) : value
  }
}
