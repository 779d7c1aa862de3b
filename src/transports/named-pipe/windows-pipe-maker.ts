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

/** PIPE_ACCESS_INBOUND, OUTBOUND and DUPLEX. */
const ACCESS = { inbound: 1, outbound: 2, duplex: 3 } as const
const FILE_FLAG_OVERLAPPED = 0x40000000
const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x80000
/** Messages are also read as such. */
const PIPE_MESSAGES = 4 | 2
const PIPE_REJECT_REMOTE_CLIENTS = 8
/** PIPE_UNLIMITED_INSTANCES: as many pipes of a name as there are resources for. */
const UNLIMITED = 255
/** Bytes each way that a write can leave with the system before the reader takes them. */
const BUFFER = 64 * 1024

/** The way that bytes go: `inbound` from clients to the server, `outbound` from the server to its clients. */
export type PipeDirection = keyof typeof ACCESS

/** What keeps its boundaries: nothing, or each message. */
export type PipeMode = 'byte' | 'message'

/** What all pipes of a name have in common. */
export interface PipeKind {
  /** @default 'duplex' */
  readonly direction?: PipeDirection
  /** @default 'byte', because through a socket the boundaries would be lost anyway */
  readonly mode?: PipeMode
  /** How many there may be at once, up to 254. @default as many as there are resources for */
  readonly instances?: number
  /** SECURITY_ATTRIBUTES, by which this user is the owner. @default only this user may open them */
  readonly security?: Uint8Array
}

/** Makes the pipes of one listener, all alike, as Windows demands. */
export class PipeMaker {
  constructor(
    /** How messages call the name. */
    readonly href: string,
    readonly path: string,
    /** Whether other machines are refused. */
    readonly local: boolean,
    private readonly kind: PipeKind = {},
  ) {}

  /**
   * A pipe that waits for its client; the caller closes it.
   * @param first whether no other pipe of this name may exist
   * @throws SignalboxError `ADDRESS_IN_USE` when the name is somebody else's, `SYSTEM`
   */
  make(first: boolean): Handle {
    const { direction = 'duplex', mode = 'byte', instances = UNLIMITED, security } = this.kind
    const pipe = kernel32().CreateNamedPipeW(
      this.path,
      ACCESS[direction] | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
      (mode === 'message' ? PIPE_MESSAGES : 0) | (this.local ? PIPE_REJECT_REMOTE_CLIENTS : 0),
      instances,
      BUFFER,
      BUFFER,
      0,
      security ?? privateSecurity(),
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
