import { join } from 'node:path'
import { SignalboxError } from '../../core/contracts/index.js'
import type { PipeName } from './pipe-name.js'

/** The files of one name. */
export interface PosixPaths {
  readonly socket: string
  readonly lock: string
}

/** Bytes of `sun_path` (sys/un.h), of which the last is a NUL. What is longer is cut off silently. */
const SUN_PATH = process.platform === 'linux' ? 108 : 104

/**
 * Where a name's files are.
 * @throws SignalboxError `ADDRESS_INVALID` when the system cannot address so long a path.
 */
export function posixPathsOf({ href, name }: PipeName, runtimeFolder: string): PosixPaths {
  const socket = join(runtimeFolder, `${name}.sock`)
  const length = Buffer.byteLength(socket)
  if (length >= SUN_PATH) {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${href}: its socket's path is ${length} B and the system takes ${SUN_PATH - 1} B: ${socket}; shorten the name, or the folder with SIGNALBOX_RUNTIME_DIR`,
    )
  }
  return { socket, lock: join(runtimeFolder, `${name}.lock`) }
}
