import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ConfigInput, type Node, type NodeOptions, startNode } from '../../src/index.js'
import type { Finally } from './finally.js'
import { temporaryFolder } from './temporary-folder.js'

/** What a test may say of its nodes. */
export type StartOptions = Omit<NodeOptions, 'name' | 'config' | 'cwd'> & { readonly config?: ConfigInput }

/**
 * A system of nodes for the running test: they find each other, and nobody else. Those that the test does not
 * close itself are closed when it ends.
 * @param onEnd for a system that outlives the test
 */
export function nodes(common: ConfigInput = {}, onEnd: Finally = onTestFinished) {
  const folder = temporaryFolder(onEnd)
  const config: ConfigInput = {
    runtimeFolder: join(folder, 'run'),
    namespace: `test-${randomUUID()}`, // names of Windows pipes are not in the folder
    log: { level: 'silent' },
    ask: { timeout: 30_000 }, // no test is about the usual one, which a loaded machine may exceed
    ...common,
  }
  return {
    /** Where its nodes look for a configuration file. */
    folder,
    /** What all its nodes have, in other processes too. */
    config,
    async start(name: string, options: StartOptions = {}): Promise<Node> {
      const node = await startNode({
        name,
        cwd: folder,
        ...options,
        config: { ...config, ...options.config },
      })
      onEnd(() => node.close())
      return node
    },
  }
}

/** One node that only its own process can reach: the quickest there is. */
export function loneNode(options: StartOptions = {}): Promise<Node> {
  return nodes({ transports: { listen: ['memory'] } }).start('shop', options)
}
