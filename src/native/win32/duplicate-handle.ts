import { type Handle, kernel32, win32Failure } from './kernel32.js'

const DUPLICATE_SAME_ACCESS = 2

/** What a duplicate may do. */
export interface DuplicateOptions {
  /** Bits of rights, of those that the original has. @default the same */
  readonly access?: number
  /** Whether child processes inherit it. @default false */
  readonly inherit?: boolean
}

/**
 * A second handle of this process to the same object; the caller closes it.
 * @throws SignalboxError `ACCESS_DENIED`, `SYSTEM`
 */
export function duplicateOf(object: Handle, { access, inherit = false }: DuplicateOptions = {}): Handle {
  const { DuplicateHandle, GetCurrentProcess } = kernel32()
  const here = GetCurrentProcess()
  const duplicate = Buffer.alloc(8)
  const options = access === undefined ? DUPLICATE_SAME_ACCESS : 0
  if (!DuplicateHandle(here, object, here, duplicate, access ?? 0, inherit ? 1 : 0, options)) {
    throw win32Failure('DuplicateHandle')
  }
  return Number(duplicate.readBigInt64LE()) as Handle
}
