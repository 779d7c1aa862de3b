import { foreign } from '../../native/system-library.js'
import { onceSignalled } from '../../native/win32/handle-wait.js'
import {
  type Handle,
  kernel32,
  type NativeMemory,
  NO_HANDLE,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'

/** A pipe that waits for its client. */
export interface ClientWait {
  /** True: a client is connected. False: cancelled, or the pipe is unusable. It never rejects. */
  readonly client: Promise<boolean>
  /** Ends the wait. The pipe may be closed when `client` has resolved, and not before. */
  cancel(): void
}

/** Of OVERLAPPED (minwinbase.h). */
const OVERLAPPED_SIZE = 32
const EVENT_OFFSET = 24

/**
 * Waits until a client opens `pipe`, without a thread and without polling. The pipe stays the caller's.
 * Follows ConnectNamedPipe.
 * @param pipe overlapped, and not connected yet
 * @throws SignalboxError `SYSTEM`
 */
export function waitForClient(pipe: Handle): ClientWait {
  const { ConnectNamedPipe, GetLastError } = kernel32()
  const operation = new OverlappedOperation(pipe)
  // An overlapped ConnectNamedPipe returns 0, whatever happened.
  ConnectNamedPipe(pipe, operation.memory)
  const state = GetLastError()
  if (state === Win32Error.IO_PENDING) {
    return { client: operation.succeeded, cancel: () => operation.cancel() }
  }
  operation.free()
  // A client can be quicker than this call; it may even have closed again, and its bytes are still there.
  const connected = state === Win32Error.PIPE_CONNECTED || state === Win32Error.NO_DATA
  return { client: Promise.resolve(connected), cancel: () => {} }
}

/**
 * One overlapped operation: an OVERLAPPED and its event. Windows writes there until the operation is
 * complete, so that the memory is freed then, or by `free` when the operation never began.
 */
class OverlappedOperation {
  readonly memory: NativeMemory
  /** Resolves when the operation is complete. */
  readonly succeeded: Promise<boolean>
  readonly #file: Handle
  readonly #event: Handle
  readonly #endWait: () => void
  #freed = false

  constructor(file: Handle) {
    const koffi = foreign()
    const event = kernel32().CreateEventW(null, 1, 0, null)
    if (event === NO_HANDLE) throw win32Failure('CreateEventW')
    let complete = () => {}
    this.succeeded = new Promise(resolve => {
      complete = () => resolve(this.#finish())
    })
    try {
      this.#endWait = onceSignalled(event, complete)
    } catch (error) {
      kernel32().CloseHandle(event)
      throw error
    }
    this.#file = file
    this.#event = event
    this.memory = koffi.alloc('uint8', OVERLAPPED_SIZE)
    new Uint8Array(koffi.view(this.memory, OVERLAPPED_SIZE)).fill(0)
    koffi.encode(this.memory, EVENT_OFFSET, 'intptr', event)
  }

  /** Completes the operation, if it still runs: that signals the event, and there is one way to the end. */
  cancel(): void {
    if (!this.#freed) kernel32().CancelIoEx(this.#file, this.memory)
  }

  free(): void {
    this.#freed = true
    this.#endWait()
    kernel32().CloseHandle(this.#event)
    foreign().free(this.memory)
  }

  #finish(): boolean {
    const succeeded = kernel32().GetOverlappedResult(this.#file, this.memory, Buffer.alloc(4), 0) !== 0
    this.free()
    return succeeded
  }
}
