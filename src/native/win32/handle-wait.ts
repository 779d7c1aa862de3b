import { foreign } from '../system-library.js'
import { type Handle, kernel32, NO_HANDLE, win32Failure } from './kernel32.js'

const FOREVER = 0xffffffff
const WT_EXECUTEONLYONCE = 0x08
// The pool thread waits until JS has run, which may take as long as the event loop is busy.
const WT_EXECUTELONGFUNCTION = 0x10

/** What a signalled wait runs, by the context that Windows hands back. */
const waiting = new Map<number, (timedOut: boolean) => void>()
let lastContext = 0
let callback: bigint | undefined

/**
 * Runs `then` once, on this thread, when `object` is signalled: an event, a process, a mutex; or when
 * the time is over. It takes no thread of libuv's pool and does not poll, and it does not keep the event loop alive.
 *
 * `object` must stay open until it has run or the wait was cancelled; the caller closes it.
 * Follows RegisterWaitForSingleObject.
 * @param then is told whether the time is over
 * @param milliseconds how long to wait at most; Infinity is for ever
 * @returns what cancels the wait; harmless twice, or after it ran
 * @throws SignalboxError `SYSTEM`
 */
export function onceSignalled(
  object: Handle,
  then: (timedOut: boolean) => void,
  milliseconds: number = Number.POSITIVE_INFINITY,
): () => void {
  const { RegisterWaitForSingleObject, UnregisterWaitEx } = kernel32()
  const context = ++lastContext
  const registration = Buffer.alloc(8)
  const flags = WT_EXECUTEONLYONCE | WT_EXECUTELONGFUNCTION
  const limit = Math.min(milliseconds, FOREVER)
  callback ??= registerCallback()
  if (!RegisterWaitForSingleObject(registration, object, callback, context, limit, flags)) {
    throw win32Failure('RegisterWaitForSingleObject')
  }
  const wait = Number(registration.readBigInt64LE()) as Handle
  const end = () => {
    if (!waiting.delete(context)) return false
    // Never the waiting form: a callback in flight needs this very thread to finish.
    UnregisterWaitEx(wait, NO_HANDLE)
    return true
  }
  waiting.set(context, timedOut => {
    if (end()) then(timedOut)
  })
  return end
}

/**
 * One callback serves all waits of this thread and is never unregistered: one that is still on its way
 * when its wait is cancelled would otherwise jump into freed memory.
 */
function registerCallback(): bigint {
  const koffi = foreign()
  const prototype = koffi.proto('__stdcall', 'void', ['uintptr', 'uint8'])
  // A microtask, because koffi swallows what is thrown inside of a callback.
  const run = (context: number, timedOut: number) =>
    queueMicrotask(() => waiting.get(context)?.(timedOut !== 0))
  const registered = koffi.register(run, koffi.pointer(prototype))
  pinCode(registered)
  return registered
}

const GET_MODULE_HANDLE_EX_FLAG_PIN = 0x1
const GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS = 0x4

/**
 * Keeps the code of a callback loaded. Node unloads koffi with the last thread that used it, and a thread
 * that was terminated had no chance to cancel its waits.
 */
function pinCode(address: bigint): void {
  const flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS
  if (!kernel32().GetModuleHandleExW(flags, address, Buffer.alloc(8)))
    throw win32Failure('GetModuleHandleExW')
}
