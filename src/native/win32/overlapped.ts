import { foreign } from '../system-library.js'
import { type Handle, kernel32, type NativeMemory, NO_HANDLE, win32Failure } from './kernel32.js'

/** Of OVERLAPPED (minwinbase.h). */
const OVERLAPPED_SIZE = 32
const EVENT_OFFSET = 24

/**
 * An OVERLAPPED with an event of its own, for one operation after the other. Whoever made it frees it,
 * once, and never while an operation runs: Windows writes there until it is complete.
 */
export class Overlapped {
  readonly memory: NativeMemory
  /** Signalled when the operation is complete; it is reset when one begins. */
  readonly event: Handle

  /** @throws SignalboxError `SYSTEM` */
  constructor() {
    const koffi = foreign()
    this.event = kernel32().CreateEventW(null, 1, 0, null)
    if (this.event === NO_HANDLE) throw win32Failure('CreateEventW')
    this.memory = koffi.alloc('uint8', OVERLAPPED_SIZE)
    new Uint8Array(koffi.view(this.memory, OVERLAPPED_SIZE)).fill(0)
    koffi.encode(this.memory, EVENT_OFFSET, 'intptr', this.event)
  }

  free(): void {
    kernel32().CloseHandle(this.event)
    foreign().free(this.memory)
  }
}
