import { onceSignalled } from './handle-wait.js'
import { kernel32, NO_HANDLE, Win32Error } from './kernel32.js'

const SYNCHRONIZE = 0x100000

/**
 * Runs `then` once, when a process has ended, by whatever means; never from inside of this call. Its number has no other
 * process until then. It does not keep the event loop alive. A process that this user may not see is never reported.
 * @returns what cancels it; harmless twice, or after it ran
 * @throws SignalboxError `SYSTEM`
 */
export function onceExited(pid: number, then: () => void): () => void {
  const { OpenProcess, GetLastError, CloseHandle } = kernel32()
  const process = OpenProcess(SYNCHRONIZE, 0, pid)
  if (process === NO_HANDLE) return GetLastError() === Win32Error.ACCESS_DENIED ? () => {} : soon(then)
  let open = true
  const letGo = () => {
    if (open) CloseHandle(process)
    open = false
  }
  const cancel = onceSignalled(process, () => {
    letGo()
    then()
  })
  return () => {
    cancel()
    letGo()
  }
}

function soon(then: () => void): () => void {
  let cancelled = false
  queueMicrotask(() => {
    if (!cancelled) then()
  })
  return () => {
    cancelled = true
  }
}
