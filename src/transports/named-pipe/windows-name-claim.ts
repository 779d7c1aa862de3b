import { createHash } from 'node:crypto'
import { SignalboxError } from '../../core/contracts/index.js'
import { type Handle, kernel32, NO_HANDLE, Win32Error, win32Failure } from '../../native/win32/kernel32.js'
import { privateSecurity } from '../../native/win32/private-security.js'

/** The right to be the one server of a pipe's name. */
export interface NameClaim {
  /** Whether the first pipe must be the first of its name; false when connections of ours still have it. */
  readonly first: boolean
  /** Lets go; once only. */
  release(): void
}

/** How many accepted connections of this thread still have a pipe of a name open, by the pipe's path. */
const served = new Map<string, number>()

/** Notes that a connection has a pipe of this name; returns what to call when it is closed. */
export function noteServed(path: string): () => void {
  served.set(path, servedOn(path) + 1)
  return () => {
    const left = servedOn(path) - 1
    if (left > 0) served.set(path, left)
    else served.delete(path)
  }
}

const servedOn = (path: string) => served.get(path) ?? 0

/**
 * Claims a name for one listener. FILE_FLAG_FIRST_PIPE_INSTANCE alone would not do: Wine ignores it,
 * and it also fails while connections of a closed listener live on. So a named mutex says who listens,
 * by its existence, which ends with its owner.
 * @param href how messages call the name
 * @throws SignalboxError `ADDRESS_IN_USE`, `SYSTEM`
 */
export function claimName(href: string, path: string): NameClaim {
  const guard = createGuard(href, path)
  const release = () => void kernel32().CloseHandle(guard)
  const state = stateOf(path)
  const ours = servedOn(path) > 0
  if (state === 'listening' || (state === 'serving' && !ours)) {
    release()
    const who =
      state === 'listening' ? 'another program listens' : 'connections of another process still live'
    throw inUse(href, `${who} on ${path}`)
  }
  return { first: !ours, release }
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

/** The shortest wait that WaitNamedPipeW knows, in ms. */
const NO_WAIT = 1

function stateOf(path: string): 'free' | 'listening' | 'serving' {
  const { WaitNamedPipeW, GetLastError } = kernel32()
  if (WaitNamedPipeW(path, NO_WAIT)) return 'listening'
  return GetLastError() === Win32Error.SEM_TIMEOUT ? 'serving' : 'free'
}
