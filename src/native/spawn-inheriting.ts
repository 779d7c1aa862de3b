import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { SignalboxError, throwIfAborted } from '../core/contracts/index.js'
import type { InheritedStream, InheritingProcess, StartInheriting } from './inheriting-process.js'
import * as posix from './posix/spawn-inheriting.js'
import * as win32 from './win32/create-process.js'

/** What {@link spawnInheriting} takes beside the program, as `child_process.spawn` does. */
export interface SpawnInheritingOptions {
  /** The folder that the program begins in. @default this process's */
  readonly cwd?: string
  /** What the program finds in its environment. @default this process's */
  readonly env?: NodeJS.ProcessEnv
  /** stdin, stdout and stderr. @default all are this process's */
  readonly stdio?: readonly [InheritedStream, InheritedStream, InheritedStream]
  /** Kills the process when it fires. */
  readonly signal?: AbortSignal
}

const startInheriting: StartInheriting =
  process.platform === 'win32' ? win32.startInheriting : posix.startInheriting

/**
 * Starts a program that inherits handles of this process, such as that of shared memory, and its standard streams, and no
 * others: on Windows `spawn` of Node hands on whatever can be inherited. They stay open here, and may be closed when this returns.
 * @param program a path; a relative one begins in this process's folder, whatever `cwd` says
 * @param handles of Windows, or file descriptors
 * @param argumentsFor makes its arguments, and is told what the handles are called there
 * @throws SignalboxError `NO_LISTENER` where there is no such program; `ACCESS_DENIED`; `ABORTED`; `CONFIG_INVALID` for a `cwd` or an
 * `env` that cannot be; `SYSTEM`
 * @example
 * ```ts
 * const handle = memory.share({ access: 'read' })
 * const child = spawnInheriting(process.execPath, [handle.value], ([there]) => ['reader.js', String(there)])
 * handle.close()
 * // in reader.js
 * const memory = SharedMemory.fromHandle(Number(process.argv[2]), { access: 'read' })
 * ```
 */
export function spawnInheriting(
  program: string,
  handles: readonly number[],
  argumentsFor: (handles: readonly number[]) => readonly string[],
  options: SpawnInheritingOptions = {},
): InheritingProcess {
  const { env, stdio = ['inherit', 'inherit', 'inherit'], signal } = options
  const cwd = options.cwd === undefined ? undefined : resolve(options.cwd)
  const what = `start ${program}`
  throwIfAborted(what, signal)
  if (cwd !== undefined) assertFolder(what, cwd)
  if (env !== undefined) assertEnvironment(what, env)
  const child = startInheriting(resolve(program), handles, argumentsFor, { cwd, env, stdio })
  if (signal !== undefined) killOn(signal, child)
  return child
}

/** Systems tell of it only later, or as if it were about the program. */
function assertFolder(what: string, cwd: string): void {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return
  throw new SignalboxError('CONFIG_INVALID', `${what}: there is no folder ${cwd} to begin in`)
}

/** What stands behind a null character would be cut off, or become a variable of its own. */
function assertEnvironment(what: string, env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) {
    if (!`${name}${value}`.includes('\0')) continue
    const why = `the environment variable ${JSON.stringify(name)} has a null character`
    throw new SignalboxError('CONFIG_INVALID', `${what}: ${why}`)
  }
}

function killOn(signal: AbortSignal, child: InheritingProcess): void {
  const kill = () => child.kill()
  const forget = () => signal.removeEventListener('abort', kill)
  signal.addEventListener('abort', kill, { once: true })
  child.exited.then(forget, forget)
}
