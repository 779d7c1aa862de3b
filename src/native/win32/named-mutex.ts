import type { MutexLock, NamedMutex } from '../synchronisation/named-objects.js'
import { duplicateOf } from './duplicate-handle.js'
import { kernel32, win32Failure } from './kernel32.js'
import { type NamedObject, openNamedObject } from './named-object.js'
import { WaitThread } from './wait-thread.js'

const WAIT_OBJECT_0 = 0
const WAIT_ABANDONED = 0x80
const WAIT_TIMEOUT = 0x102

/** What this very thread holds, by full names: Windows would give it the same ones again. */
const heldHere = new Set<string>()

/**
 * The mutex `Local\<name>` of the system. One that is free is taken by this thread; one that is not is waited for, and held,
 * by a thread of its own. Follows CreateMutexW.
 * @throws SignalboxError `ADDRESS_INVALID`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `SYSTEM`
 */
export async function openNamedMutex(name: string): Promise<NamedMutex> {
  const { CreateMutexW, CloseHandle } = kernel32()
  const mutex = openNamedObject('mutex', name, (security, path) => CreateMutexW(security, 0, path))
  return {
    tryLock: () => lockAtOnce(mutex),
    async lock(signal) {
      return lockAtOnce(mutex) ?? (await WaitThread.ofThisThread().hold(mutex, signal))
    },
    close: () => void CloseHandle(mutex.object),
  }
}

function lockAtOnce({ object, path }: NamedObject): MutexLock | undefined {
  if (heldHere.has(path)) return undefined
  const { WaitForSingleObject, ReleaseMutex, CloseHandle } = kernel32()
  // The one that it is opened by may be closed first.
  const own = duplicateOf(object)
  const result = WaitForSingleObject(own, 0)
  if (result !== WAIT_OBJECT_0 && result !== WAIT_ABANDONED) {
    const failure = win32Failure(`WaitForSingleObject of the mutex ${path}`)
    CloseHandle(own)
    if (result === WAIT_TIMEOUT) return undefined
    throw failure
  }
  heldHere.add(path)
  const release = () => {
    heldHere.delete(path)
    ReleaseMutex(own)
    CloseHandle(own)
  }
  return { abandoned: result === WAIT_ABANDONED, release }
}
