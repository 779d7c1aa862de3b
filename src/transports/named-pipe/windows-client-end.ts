import { SignalboxError } from '../../core/contracts/index.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  NO_HANDLE,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'
import type { PipeDirection } from './windows-pipe-maker.js'

const GENERIC_READ = 0x80000000
/** Not GENERIC_WRITE, which asks for the right to make pipes of that name, too: nobody should grant that. */
const FILE_WRITE_DATA = 0x2
/** Reading messages as such has to be switched on, and whether there are any has to be asked. */
const FILE_READ_ATTRIBUTES = 0x80
const FILE_WRITE_ATTRIBUTES = 0x100
/** To ask whose pipe it is; who may read or write with the generic rights may ask that, too. */
const READ_CONTROL = 0x20000
/** The rights that the client's end of a pipe needs. */
const ACCESS = {
  duplex: GENERIC_READ | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES,
  inbound: FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_READ_ATTRIBUTES | READ_CONTROL,
  outbound: GENERIC_READ | FILE_WRITE_ATTRIBUTES,
} as const
const OPEN_EXISTING = 3
const FILE_FLAG_OVERLAPPED = 0x40000000
const SECURITY_SQOS_PRESENT = 0x100000
/** SECURITY_IDENTIFICATION and SECURITY_IMPERSONATION. */
const PERMITS = { identify: 0x10000, impersonate: 0x20000 } as const

/** What a pipe's server may do with the identity of its client: learn it, or act in its name. */
export type ServerPermit = keyof typeof PERMITS

/** What opening a pipe takes besides its path. */
export interface ClientEndOptions {
  /** How messages call it. */
  readonly what: string
  /** The machine. */
  readonly host: string
  /** @default 'duplex' */
  readonly direction?: PipeDirection | undefined
  /** @default 'identify' */
  readonly permits?: ServerPermit | undefined
}

/**
 * Opens the client's end of a pipe, overlapped. A remote machine that does not answer blocks this thread for as long as
 * Windows tries, as Node's own client does.
 * @returns `busy` where all places are taken at the moment
 * @throws SignalboxError `NO_LISTENER`, `ACCESS_DENIED`, `SYSTEM`
 */
export function openClientEnd(path: string, options: ClientEndOptions): Handle | 'busy' {
  const { what, host, direction = 'duplex', permits = 'identify' } = options
  const { CreateFileW, GetLastError } = kernel32()
  const flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | PERMITS[permits]
  const pipe = CreateFileW(path, ACCESS[direction] >>> 0, 0, null, OPEN_EXISTING, flags, NO_HANDLE)
  if (pipe !== INVALID_HANDLE) return pipe
  const code = GetLastError()
  switch (code) {
    case Win32Error.PIPE_BUSY:
      return 'busy'
    case Win32Error.FILE_NOT_FOUND:
      throw nobodyListens(what, path)
    case Win32Error.BAD_NETPATH:
      throw new SignalboxError('NO_LISTENER', `${what}: there is no machine ${host} on this network`)
    case Win32Error.ACCESS_DENIED:
      throw new SignalboxError('ACCESS_DENIED', `${what}: ${path} is not open to this user, or not this way`)
    default:
      throw win32Failure(`${what}: CreateFileW of ${path}`, code)
  }
}

export function nobodyListens(what: string, path: string): SignalboxError {
  return new SignalboxError('NO_LISTENER', `${what}: nobody listens on ${path}; start its owner`)
}
