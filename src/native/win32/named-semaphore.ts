import type { NamedSemaphore } from '../synchronisation/named-objects.js'
import { kernel32, Win32Error, win32Failure } from './kernel32.js'
import { isTakenAtOnce, openNamedObject } from './named-object.js'
import { WaitThread } from './wait-thread.js'

/**
 * The semaphore `Local\<name>` of the system. Follows CreateSemaphoreW.
 * @throws SignalboxError `ADDRESS_INVALID`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `SYSTEM`
 */
export async function openNamedSemaphore(
  name: string,
  count: number,
  maximum: number,
): Promise<NamedSemaphore> {
  const { CreateSemaphoreW, ReleaseSemaphore, GetLastError, CloseHandle } = kernel32()
  const semaphore = openNamedObject('semaphore', name, (security, path) =>
    CreateSemaphoreW(security, count, maximum, path),
  )
  const { object, path } = semaphore
  const tryAcquire = () => isTakenAtOnce(object)
  return {
    tryAcquire,
    async acquire(signal) {
      if (tryAcquire()) return
      await WaitThread.ofThisThread().take(semaphore, signal, taken => ReleaseSemaphore(taken, 1, null))
    },
    release(released) {
      if (ReleaseSemaphore(object, released, null)) return true
      const code = GetLastError()
      if (code === Win32Error.TOO_MANY_POSTS) return false
      throw win32Failure(`ReleaseSemaphore of ${path}`, code)
    },
    close: () => void CloseHandle(object),
  }
}
