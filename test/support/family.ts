import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { spawnNode } from '../../src/index.js'
import { built } from './built.js'
import { crash } from './fixture.js'
import { nodes } from './nodes.js'

/** The program of spawned nodes; its arguments are a name and a configuration. */
export const spawnedNode = built('test/peers/spawned-node')

/** A node, and how it starts others in processes, which are killed when the running test ends. */
export async function family() {
  const system = nodes()
  const parent = await system.start('office')
  const spawn = async (name: string, signal?: AbortSignal) => {
    const args = [name, JSON.stringify(system.config)]
    const node = await spawnNode(spawnedNode, {
      parent,
      args,
      execArgv: [],
      ...(signal === undefined ? {} : { signal }),
    })
    onTestFinished(async () => {
      node.process.kill('SIGKILL')
      await node.exited
    })
    return node
  }
  return { parent, spawn }
}

/**
 * A process whose node has spawned another one. Both say what they say on one stream, which ends with the last of
 * them: then the process has emitted `close`.
 */
export async function familyElsewhere(): Promise<ChildProcess> {
  const { config } = nodes()
  const process = spawn(
    globalThis.process.execPath,
    [spawnedNode, 'office', JSON.stringify(config), 'family'],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  )
  onTestFinished(() => crash(process))
  process.stdout?.resume()
  await once(process, 'message')
  return process
}
