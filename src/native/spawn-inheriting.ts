import type { InheritingProcess } from './inheriting-process.js'
import * as posix from './posix/spawn-inheriting.js'
import * as win32 from './win32/create-process.js'

/**
 * Starts a program that inherits handles of this process, such as that of shared memory, and its standard input and output,
 * and no others: on Windows `spawn` of Node hands on whatever can be inherited. They stay open here, and may be closed when
 * this returns. It runs in this process's folder and environment.
 * @param program a path
 * @param handles of Windows, or file descriptors
 * @param argumentsFor makes its arguments, and is told what the handles are called there
 * @throws SignalboxError `NO_LISTENER` where there is no such program; `ACCESS_DENIED`; `SYSTEM`
 * @example
 * ```ts
 * const handle = memory.share({ access: 'read' })
 * const child = spawnInheriting(process.execPath, [handle.value], ([there]) => ['reader.js', String(there)])
 * handle.close()
 * // in reader.js
 * const memory = SharedMemory.fromHandle(Number(process.argv[2]), { access: 'read' })
 * ```
 */
export const spawnInheriting: (
  program: string,
  handles: readonly number[],
  argumentsFor: (handles: readonly number[]) => readonly string[],
) => InheritingProcess = (process.platform === 'win32' ? win32 : posix).spawnInheriting
