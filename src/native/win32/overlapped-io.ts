import { onceSignalled } from './handle-wait.js'
import { type Handle, kernel32, type NativeMemory, Win32Error } from './kernel32.js'
import { Overlapped } from './overlapped.js'

/** How an operation ended. */
export interface Completion {
  /** The system error, or 0. */
  readonly code: number
  /** How many bytes were moved, also where a message was longer than its room. */
  readonly bytes: number
}

/** How many operations in a row leave others no turn of the event loop. */
const TURN = 64

/** What calls under way were made with: closures over memory that the system goes on to use. */
const underWay = new Set<unknown>()

/**
 * One overlapped operation after the other on a file, without a thread that blocks. The file stays the caller's, who
 * keeps it open while an operation runs. It does not keep the event loop alive.
 */
export class OverlappedIo {
  readonly #overlapped = new Overlapped()
  readonly #count = Buffer.alloc(4)
  /** How many operations had nothing to wait for. */
  #atOnce = 0
  #running = false

  /** @throws SignalboxError `SYSTEM` */
  constructor(private readonly file: Handle) {}

  /**
   * @param begin calls the function, with the OVERLAPPED, and gives back its BOOL. What it closes over lives until the
   * operation is complete; memory among that must not move, as Buffers of less than 64 B may
   * @throws SignalboxError `SYSTEM` when it cannot be waited for; then it was cancelled
   */
  async run(begin: (overlapped: NativeMemory) => number): Promise<Completion> {
    const code = begin(this.#overlapped.memory) ? 0 : kernel32().GetLastError()
    if (code === Win32Error.IO_PENDING) await this.#completed(begin)
    else if (++this.#atOnce % TURN === 0) await new Promise(setImmediate)
    return code === 0 || code === Win32Error.IO_PENDING || code === Win32Error.MORE_DATA
      ? this.#result(0)
      : { code, bytes: 0 }
  }

  /** Ends the operation that runs, if there is one: it completes then, with OPERATION_ABORTED unless it was quicker. */
  cancel(): void {
    if (this.#running) kernel32().CancelIoEx(this.file, this.#overlapped.memory)
  }

  /** Once only, and never while an operation runs. */
  free(): void {
    this.#overlapped.free()
  }

  async #completed(begin: unknown): Promise<void> {
    this.#running = true
    underWay.add(begin)
    try {
      await new Promise<boolean>(resolve => onceSignalled(this.#overlapped.event, resolve))
    } catch (error) {
      this.cancel()
      this.#result(1)
      throw error
    } finally {
      underWay.delete(begin)
      this.#running = false
    }
  }

  #result(wait: 0 | 1): Completion {
    const { GetOverlappedResult, GetLastError } = kernel32()
    const succeeded = GetOverlappedResult(this.file, this.#overlapped.memory, this.#count, wait)
    return { code: succeeded ? 0 : GetLastError(), bytes: this.#count.readUInt32LE() }
  }
}
