import { SignalboxError } from '../../core/contracts/index.js'
import type { PipeName } from './pipe-name.js'

/** Characters of a whole pipe path (CreateNamedPipeW). */
const LONGEST_PATH = 256

/**
 * The path of a pipe: `\\.\pipe\signalbox.orders`.
 * @throws SignalboxError `ADDRESS_INVALID` when it is longer than Windows takes.
 */
export function windowsPathOf({ href, host, name }: PipeName): string {
  const path = `\\\\${host}\\pipe\\${name}`
  if (path.length > LONGEST_PATH) {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${href}: its path has ${path.length} characters and Windows takes ${LONGEST_PATH}; shorten the name`,
    )
  }
  return path
}
