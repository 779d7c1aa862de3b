import { type Handle, kernel32, NO_HANDLE, win32Failure } from './kernel32.js'

const PROCESS_DUP_HANDLE = 0x40
const DUPLICATE_CLOSE_SOURCE = 1
const DUPLICATE_SAME_ACCESS = 2
const HANDLE_BYTES = 8

/**
 * Another process, to hand handles to and to take some from: what is handed over is gone here, and a handle is a
 * number that means something in its own process only. Follows DuplicateHandle.
 */
export class HandleExchange {
  readonly #process: Handle

  /** @throws SignalboxError `ACCESS_DENIED`, `SYSTEM` where there is no such process */
  constructor(private readonly pid: number) {
    this.#process = kernel32().OpenProcess(PROCESS_DUP_HANDLE, 0, pid)
    if (this.#process === NO_HANDLE) throw win32Failure(`OpenProcess of ${pid}`)
  }

  /** What `object` is in the other process; it is closed here, also when this throws. @throws SignalboxError `SYSTEM` */
  give(object: Handle): Handle {
    return this.#move(kernel32().GetCurrentProcess(), object, this.#process)
  }

  /** What the other process's `object` is here; it is closed there. @throws SignalboxError `SYSTEM` */
  take(object: Handle): Handle {
    return this.#move(this.#process, object, kernel32().GetCurrentProcess())
  }

  /** What a duplicate of `object` is in the other process; whoever runs there closes it. @throws SignalboxError like `give` */
  lend(object: Handle): Handle {
    return this.#pass(kernel32().GetCurrentProcess(), object, this.#process, DUPLICATE_SAME_ACCESS)
  }

  /** A duplicate here of the other process's `object`, which stays open there. @throws SignalboxError like `give` */
  borrow(object: Handle): Handle {
    return this.#pass(this.#process, object, kernel32().GetCurrentProcess(), DUPLICATE_SAME_ACCESS)
  }

  /** Lets go of the other process. Once. */
  close(): void {
    kernel32().CloseHandle(this.#process)
  }

  #move(from: Handle, object: Handle, to: Handle): Handle {
    return this.#pass(from, object, to, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE)
  }

  #pass(from: Handle, object: Handle, to: Handle, options: number): Handle {
    const duplicate = Buffer.alloc(HANDLE_BYTES)
    if (kernel32().DuplicateHandle(from, object, to, duplicate, 0, 0, options) === 0) {
      throw win32Failure(`DuplicateHandle with process ${this.pid}`)
    }
    return duplicate.readInt32LE(0) as Handle
  }
}
