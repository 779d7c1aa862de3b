import { type ChildProcess, fork } from 'node:child_process'
import { built } from './built.js'

/**
 * Starts `test/peers/<name>.ts`, as built, in a process of its own, with an IPC channel; under Wine
 * that is a second Windows node.exe. The caller ends it.
 */
export function forkPeer(name: string, args: readonly string[] = []): ChildProcess {
  return fork(built(`test/peers/${name}`), args, {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}
