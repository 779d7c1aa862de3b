import type { SignalboxError } from '../../core/contracts/index.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'
import { privateSecurity } from '../../native/win32/private-security.js'
import { currentUserSid, ownerSidOf } from '../../native/win32/user-sid.js'
import { inUse } from './windows-name-claim.js'

const PIPE_ACCESS_DUPLEX = 3
const FILE_FLAG_OVERLAPPED = 0x40000000
const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x80000
/** Of bytes: through a socket, the boundaries of message mode would be lost anyway. */
const PIPE_TYPE_BYTE = 0
const PIPE_REJECT_REMOTE_CLIENTS = 8
const PIPE_UNLIMITED_INSTANCES = 255
/** Bytes each way that a write can leave with the system before the reader takes them. */
const BUFFER = 64 * 1024

/** Makes the pipes of one listener, all alike, as Windows demands. */
export class PipeMaker {
  constructor(
    /** How messages call the name. */
    readonly href: string,
    readonly path: string,
    /** Whether other machines are refused. */
    readonly local: boolean,
  ) {}

  /**
   * A pipe that waits for its client; the caller closes it.
   * @param first whether no other pipe of this name may exist
   * @throws SignalboxError `ADDRESS_IN_USE` when the name is somebody else's, `SYSTEM`
   */
  make(first: boolean): Handle {
    const pipe = kernel32().CreateNamedPipeW(
      this.path,
      PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
      PIPE_TYPE_BYTE | (this.local ? PIPE_REJECT_REMOTE_CLIENTS : 0),
      PIPE_UNLIMITED_INSTANCES,
      BUFFER,
      BUFFER,
      0,
      privateSecurity(),
    )
    if (pipe === INVALID_HANDLE) throw this.#failure(kernel32().GetLastError())
    // All pipes of a name have the security of the first one, so that must be one of ours.
    if (!first && ownerSidOf(pipe) !== currentUserSid()) {
      kernel32().CloseHandle(pipe)
      throw inUse(this.href, `another user has ${this.path} open`)
    }
    return pipe
  }

  #failure(code: number): SignalboxError {
    // Busy: the limit of pipes, which the first one sets, and ours has none.
    if (code === Win32Error.ACCESS_DENIED || code === Win32Error.PIPE_BUSY) {
      return inUse(this.href, `another program has ${this.path} open`)
    }
    return win32Failure(`CreateNamedPipeW for ${this.path}`, code)
  }
}
