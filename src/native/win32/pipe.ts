import { randomUUID } from 'node:crypto'
import { type Handle, INVALID_HANDLE, kernel32, NO_HANDLE, win32Failure } from './kernel32.js'
import { privateSecurity } from './private-security.js'

const PIPE_ACCESS_INBOUND = 1
const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x80000
const FILE_FLAG_OVERLAPPED = 0x40000000
const PIPE_TYPE_BYTE = 0
const PIPE_REJECT_REMOTE_CLIENTS = 8
const GENERIC_WRITE = 0x40000000
/** Node asks the pipe what it is, also where it only writes. */
const FILE_READ_ATTRIBUTES = 0x80
const OPEN_EXISTING = 3
/** Bytes that a write can leave with the system before the reader takes them, as on Linux. */
const BUFFER = 64 * 1024

/** How each end of a pipe is used: `overlapped` by Node, `blocking` by nearly every other program. */
export interface PipeUse {
  readonly read: 'overlapped' | 'blocking'
  readonly write: 'overlapped' | 'blocking'
}

/**
 * The read end and the write end of a new pipe, as handles of the caller's that no other program inherits unasked.
 * It is made as CreatePipe makes one, which is by a name that nobody else knows; but CreatePipe's ends are never overlapped,
 * so that an end which waits would hold a thread of Node's, and could not be closed.
 * @throws SignalboxError `SYSTEM`
 */
export function makePipe(use: PipeUse): readonly [read: Handle, write: Handle] {
  const { CreateNamedPipeW, CreateFileW, CloseHandle } = kernel32()
  const name = `\\\\.\\pipe\\signalbox.anonymous.${randomUUID()}`
  const read = CreateNamedPipeW(
    name,
    PIPE_ACCESS_INBOUND | FILE_FLAG_FIRST_PIPE_INSTANCE | flagOf(use.read),
    PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS,
    1,
    BUFFER,
    BUFFER,
    0,
    privateSecurity(),
  )
  if (read === INVALID_HANDLE) throw win32Failure('CreateNamedPipeW for an anonymous pipe')
  const access = GENERIC_WRITE | FILE_READ_ATTRIBUTES
  const write = CreateFileW(name, access, 0, null, OPEN_EXISTING, flagOf(use.write), NO_HANDLE)
  if (write !== INVALID_HANDLE) return [read, write]
  const failure = win32Failure('CreateFileW for an anonymous pipe')
  CloseHandle(read)
  throw failure
}

function flagOf(use: PipeUse['read']): number {
  return use === 'overlapped' ? FILE_FLAG_OVERLAPPED : 0
}
