import { type Handle, kernel32, win32Failure } from './kernel32.js'

const DUPLICATE_SAME_ACCESS = 2

/**
 * A second handle of this process to the same object, with the same rights; the caller closes it.
 * @throws SignalboxError `SYSTEM`
 */
export function duplicateOf(object: Handle): Handle {
  const { DuplicateHandle, GetCurrentProcess } = kernel32()
  const here = GetCurrentProcess()
  const duplicate = Buffer.alloc(8)
  if (!DuplicateHandle(here, object, here, duplicate, 0, 0, DUPLICATE_SAME_ACCESS)) {
    throw win32Failure('DuplicateHandle')
  }
  return Number(duplicate.readBigInt64LE()) as Handle
}
