import { SignalboxError } from '../../core/contracts/index.js'
import { type Handle, kernel32, NO_HANDLE, Win32Error, win32Failure } from './kernel32.js'
import { objectPathOf } from './object-path.js'
import { privateSecurity } from './private-security.js'
import { isTrustedSid, ownerSidOf } from './user-sid.js'

/** A handle, and the full name of what it is open to. */
export interface NamedObject {
  readonly object: Handle
  readonly path: string
}

/**
 * Opens the kernel object of a name, or makes it, for this user only.
 * @param kind what it is, for messages: `mutex`
 * @param create a function of the kind CreateMutexW
 * @throws SignalboxError `ADDRESS_INVALID`; `ADDRESS_IN_USE` when it is of another kind; `ACCESS_DENIED` when it is
 * another user's; `SYSTEM`
 */
export function openNamedObject(
  kind: string,
  name: string,
  create: (security: Uint8Array, path: string) => Handle,
): NamedObject {
  const path = objectPathOf(name, `a ${kind}`)
  const security = privateSecurity()
  const { GetLastError, CloseHandle } = kernel32()
  const object = create(security, path)
  const code = GetLastError()
  if (object === NO_HANDLE) throw failure(kind, path, code)
  if (code !== Win32Error.ALREADY_EXISTS) return { object, path }
  const owner = ownerSidOf(object)
  if (owner !== undefined && isTrustedSid(owner)) return { object, path }
  CloseHandle(object)
  const why = `${kind} ${path} belongs to user ${owner ?? 'unknown'}; use another name`
  throw new SignalboxError('ACCESS_DENIED', why)
}

const WAIT_OBJECT_0 = 0

/** Takes what a semaphore or an event has to give, if there is something. */
export function isTakenAtOnce(object: Handle): boolean {
  return kernel32().WaitForSingleObject(object, 0) === WAIT_OBJECT_0
}

function failure(kind: string, path: string, code: number): SignalboxError {
  if (code !== Win32Error.INVALID_HANDLE) return win32Failure(`making the ${kind} ${path}`, code)
  const why = `there is no room for a ${kind} ${path}: an object of another kind has the name; use another one`
  return new SignalboxError('ADDRESS_IN_USE', why)
}
