import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'

const built = resolve(import.meta.dirname, '../../.cache/build/test/peers')

/**
 * Starts `test/peers/<name>.ts`, as built, in a process of its own, with an IPC channel; under Wine
 * that is a second Windows node.exe. The caller ends it.
 */
export function forkPeer(name: string, args: readonly string[] = []): ChildProcess {
  return fork(resolve(built, `${name}.js`), args, {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}
