import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const fixtures = resolve(import.meta.dirname, '../fixtures')

/**
 * Starts `test/fixtures/<name>`, plain JavaScript over the build, in a process of its own, and waits for
 * the first message that it sends. The caller ends it.
 */
export async function forkFixture(name: string, args: readonly string[] = []): Promise<ChildProcess> {
  const child = fork(resolve(fixtures, name), args, {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}

/** Sends a message to each and returns what each answers. */
export function askAll(children: readonly ChildProcess[], message: string): Promise<unknown[]> {
  return Promise.all(
    children.map(async child => {
      const answered = once(child, 'message')
      child.send(message)
      const [answer] = await answered
      return answer
    }),
  )
}

/** Kills a process as a crash would, and waits until it is gone. */
export async function crash(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
