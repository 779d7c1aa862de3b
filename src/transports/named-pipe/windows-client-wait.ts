import { type Handle, kernel32, Win32Error } from '../../native/win32/kernel32.js'
import { OverlappedIo } from '../../native/win32/overlapped-io.js'

/** A pipe that waits for its client. */
export interface ClientWait {
  /**
   * True: a client is connected. False: cancelled, or the pipe is unusable. It rejects with `SYSTEM` when the system
   * cannot wait.
   */
  readonly client: Promise<boolean>
  /** Ends the wait. The pipe may be closed when `client` has settled, and not before. */
  cancel(): void
}

/** A client can be quicker than the call; it may even have closed again, and its bytes are still there. */
const CONNECTED = new Set<number>([0, Win32Error.PIPE_CONNECTED, Win32Error.NO_DATA])

/**
 * Waits until a client opens `pipe`, without a thread and without polling. The pipe stays the caller's.
 * Follows ConnectNamedPipe.
 * @param pipe overlapped, and not connected yet
 * @throws SignalboxError `SYSTEM`
 */
export function waitForClient(pipe: Handle): ClientWait {
  const operation = new OverlappedIo(pipe)
  const client = operation
    .run(overlapped => kernel32().ConnectNamedPipe(pipe, overlapped))
    .then(({ code }) => CONNECTED.has(code))
    .finally(() => operation.free())
  return { client, cancel: () => operation.cancel() }
}
