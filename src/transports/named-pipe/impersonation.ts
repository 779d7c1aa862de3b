import { SignalboxError } from '../../core/contracts/index.js'
import { advapi32 } from '../../native/win32/advapi32.js'
import { type Handle, kernel32, Win32Error, win32Failure } from '../../native/win32/kernel32.js'
import { impersonatedSid } from '../../native/win32/user-sid.js'

/**
 * Runs `act` on this thread as the user of a pipe's client, and nothing after it.
 * @param pipe the server's end
 * @throws SignalboxError `ACCESS_DENIED`, `SYSTEM`; what `act` throws
 */
export function asClientOf<T>(pipe: Handle, path: string, act: (sid: string | undefined) => T): T {
  if (!advapi32().ImpersonateNamedPipeClient(pipe)) throw refusal(path, kernel32().GetLastError())
  let result: T
  try {
    result = act(impersonatedSid())
  } finally {
    revert(path)
  }
  if (result instanceof Promise) {
    result.catch(() => {}) // the caller hears of another error
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${path}: what acts in the client's name may not be asynchronous, because what follows an await does not`,
    )
  }
  return result
}

/** A thread that cannot be itself again must not go on: every later call would have somebody else's rights. */
function revert(path: string): void {
  if (advapi32().RevertToSelf()) return
  process.stderr.write(`${path}: RevertToSelf failed; the process ends, because it acts in a client's name\n`)
  process.abort()
}

function refusal(path: string, code: number): SignalboxError {
  if (code !== Win32Error.CANNOT_IMPERSONATE)
    return win32Failure(`ImpersonateNamedPipeClient on ${path}`, code)
  const why = 'Windows does not know in whose name before something that the client wrote was read'
  return new SignalboxError('ACCESS_DENIED', `${path}: ${why}; read first`)
}
