import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startRole } from './role.js'

/** Milliseconds that a process gets to end by itself. */
const PATIENCE = 10_000

/** The nodes that do the work. Disposing of them ends them. */
export interface Crew extends AsyncDisposable {
  /** Ends a process at once, in the middle of what it does. */
  kill(name: string): void
}

/** Starts each node in a process of its own; resolves when all of them are ready. */
export async function startProcesses(names: readonly string[]): Promise<Crew> {
  const entry = fileURLToPath(new URL('./child.js', import.meta.url))
  const children = new Map(names.map(name => [name, fork(entry, [name])]))
  const crew: Crew = {
    kill: name => void children.get(name)?.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => void (await Promise.all([...children.values()].map(end))),
  }
  try {
    await Promise.all([...children].map(([name, child]) => ready(name, child)))
    return crew
  } catch (error) {
    await crew[Symbol.asyncDispose]()
    throw error
  }
}

/** Starts all nodes in this process: the transport `memory` reaches no further. */
export async function startTogether(names: readonly string[]): Promise<Crew> {
  const nodes = await Promise.all(names.map(startRole))
  return {
    kill: name => {
      throw new Error(`${name} is no process of its own`)
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all(nodes.map(node => node.close()))),
  }
}

async function ready(name: string, child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${name} ended with ${code ?? signal} before it was ready; what it said is above`)
  })
  await Promise.race([once(child, 'message'), ended])
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
  if (child.connected) child.disconnect()
  await ended
  clearTimeout(impatience)
}
