import { createHash } from 'node:crypto'
import { SignalboxError } from '../../core/contracts/index.js'
import { type Handle, kernel32, NO_HANDLE, Win32Error, win32Failure } from '../../native/win32/kernel32.js'
import { privateSecurity } from '../../native/win32/private-security.js'
import type { PipeName } from './pipe-name.js'

/** The right to be the one server of a pipe's name. */
export interface NameClaim {
  /** Whether the first pipe must be the first of its name; false when old connections still have the name. */
  readonly first: boolean
  /** Lets go; once only. */
  release(): void
}

/**
 * Claims a name for one listener. FILE_FLAG_FIRST_PIPE_INSTANCE alone would not do: Wine ignores it,
 * and it also fails while connections of an earlier listener live on. So a named mutex says who listens,
 * by its existence, which ends with its owner.
 * @param path the pipe
 * @throws SignalboxError `ADDRESS_IN_USE`, `SYSTEM`
 */
export function claimName({ href, raw }: Pick<PipeName, 'href' | 'raw'>, path: string): NameClaim {
  const guard = createGuard(href, path)
  const release = () => void kernel32().CloseHandle(guard)
  const state = stateOf(path)
  // In our own namespace, pipes without a listener are leftovers; on a raw name, a foreign server may be busy.
  if (state === 'listening' || (state === 'connected' && raw)) {
    release()
    throw inUse(href, `another program has ${path} open`)
  }
  return { first: state === 'free', release }
}

/** Whether a Signalbox listener, in any process, has claimed the name. */
export function isClaimed(path: string): boolean {
  const { OpenMutexW, GetLastError, CloseHandle } = kernel32()
  const guard = OpenMutexW(SYNCHRONIZE, 0, guardNameOf(path))
  if (guard === NO_HANDLE) return GetLastError() === Win32Error.ACCESS_DENIED
  CloseHandle(guard)
  return true
}

export function inUse(href: string, why: string): SignalboxError {
  return new SignalboxError('ADDRESS_IN_USE', `${href}: the name is taken: ${why}`)
}

function createGuard(href: string, path: string): Handle {
  const { CreateMutexW, GetLastError, CloseHandle } = kernel32()
  const guard = CreateMutexW(privateSecurity(), 0, guardNameOf(path))
  const error = GetLastError()
  if (guard === NO_HANDLE) {
    if (error === Win32Error.ACCESS_DENIED) throw inUse(href, 'another user listens there')
    throw win32Failure(`CreateMutexW for ${href}`, error)
  }
  if (error !== Win32Error.ALREADY_EXISTS) return guard
  CloseHandle(guard)
  throw inUse(href, 'a live process listens there')
}

/** Hashed, because mutexes take no backslash; lower case, because pipes do not tell case apart and mutexes do. */
function guardNameOf(path: string): string {
  return `Global\\signalbox-pipe-${createHash('sha256').update(path.toLowerCase()).digest('hex')}`
}

const SYNCHRONIZE = 0x100000
/** The shortest wait that WaitNamedPipeW knows, in ms. */
const NO_WAIT = 1

function stateOf(path: string): 'free' | 'listening' | 'connected' {
  const { WaitNamedPipeW, GetLastError } = kernel32()
  if (WaitNamedPipeW(path, NO_WAIT)) return 'listening'
  return GetLastError() === Win32Error.SEM_TIMEOUT ? 'connected' : 'free'
}
