import {
  type Address,
  type Connection,
  type PeerIdentity,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../../core/contracts/index.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  NO_HANDLE,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'
import { SocketConnection } from '../socket/socket-connection.js'
import { dialPatiently } from './patient-dial.js'
import { type PipeName, pipeNameOf } from './pipe-name.js'
import { isClaimed } from './windows-name-claim.js'
import { windowsPathOf } from './windows-path.js'
import { isTrusted, serverOf } from './windows-peer.js'
import { socketOf } from './windows-socket.js'

/**
 * Opens the pipe of an address. In Signalbox's namespace its owner must be this user or an administrator,
 * because any user may be the first to take a name; a raw name may be anybody's, a service's for example.
 */
export async function dialPipe(
  address: Address,
  context: TransportContext,
  options: TransportOptions,
): Promise<Connection> {
  const name = pipeNameOf(address, options)
  const path = windowsPathOf(name)
  const pipe = await dialPatiently({
    what: `connect to ${address.href}`,
    clock: context.clock,
    signal: options.signal,
    attempt: async () => openPipe(name, path),
    discard: pipe => void kernel32().CloseHandle(pipe),
  })
  const remote = identify(pipe, name)
  if (name.host === '.' && !name.raw && !isTrusted(remote)) {
    kernel32().CloseHandle(pipe)
    const who = remote.user.by === 'none' ? 'nobody knows who' : `user ${remote.user.id}`
    throw new SignalboxError('ACCESS_DENIED', `${address.href}: ${who} listens there, not this user`)
  }
  const socket = socketOf(pipe, address.href)
  return new SocketConnection(socket, { remote, name: address.href, clock: context.clock })
}

/** What another machine says of itself proves nothing here, and its pids mean nothing. */
function identify(pipe: Handle, { host }: PipeName): PeerIdentity {
  return host === '.' ? serverOf(pipe) : { pid: undefined, user: { by: 'none' } }
}

const GENERIC_READ_WRITE = 0xc0000000
const OPEN_EXISTING = 3
const FILE_FLAG_OVERLAPPED = 0x40000000
/** The server may learn who we are, and not act in our name. */
const SECURITY_SQOS_PRESENT = 0x100000
const SECURITY_IDENTIFICATION = 0x10000
const FLAGS = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION

/** A remote machine that does not answer blocks this thread for as long as Windows tries, as Node's own client does. */
function openPipe({ href, host, raw }: PipeName, path: string): Handle | 'busy' {
  const { CreateFileW, GetLastError } = kernel32()
  const pipe = CreateFileW(path, GENERIC_READ_WRITE, 0, null, OPEN_EXISTING, FLAGS, NO_HANDLE)
  if (pipe !== INVALID_HANDLE) return pipe
  const code = GetLastError()
  switch (code) {
    case Win32Error.PIPE_BUSY:
      // Without a listener, these are the connections that it left, and nobody will make room.
      if (raw || host !== '.' || isClaimed(path)) return 'busy'
      throw nobodyListens(href, path)
    case Win32Error.FILE_NOT_FOUND:
      throw nobodyListens(href, path)
    case Win32Error.BAD_NETPATH:
      throw new SignalboxError('NO_LISTENER', `${href}: there is no machine ${host} on this network`)
    case Win32Error.ACCESS_DENIED:
      throw new SignalboxError('ACCESS_DENIED', `${href}: ${path} is not open to this user`)
    default:
      throw win32Failure(`${href}: CreateFileW of ${path}`, code)
  }
}

function nobodyListens(href: string, path: string): SignalboxError {
  return new SignalboxError('NO_LISTENER', `${href}: nobody listens on ${path}; start its owner`)
}
