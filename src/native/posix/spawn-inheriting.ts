import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'
import type { StartInheriting } from '../inheriting-process.js'

/** Behind standard input, output and error. */
const FIRST = 3

/**
 * Starts a process that inherits these descriptors, as 3 and so on: all others close when a program is started.
 * @throws SignalboxError `NO_LISTENER` where there is no such program; `ACCESS_DENIED`; `SYSTEM`
 */
export const startInheriting: StartInheriting = (program, descriptors, argumentsFor, { cwd, env, stdio }) => {
  checkProgram(program)
  const args = argumentsFor(descriptors.map((_, index) => FIRST + index))
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    stdio: [...stdio, ...descriptors],
  })
  const exited = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0))
  })
  if (child.pid === undefined) {
    // What it emits later says no more than this.
    exited.catch(() => {})
    throw new SignalboxError('SYSTEM', `cannot start ${program}: the system refused a new process`)
  }
  return { pid: child.pid, exited, kill: () => void child.kill('SIGKILL') }
}

/** `spawn` tells of it only later. */
function checkProgram(program: string): void {
  try {
    accessSync(program, constants.X_OK)
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const why = `cannot start ${program}: ${reasonOf(cause)}`
    throw new SignalboxError(missing ? 'NO_LISTENER' : 'ACCESS_DENIED', why, { cause })
  }
}
