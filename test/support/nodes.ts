import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ConfigInput, type Node, type NodeOptions, startNode } from '../../src/index.js'
import { temporaryFolder } from './temporary-folder.js'

/** What a test may say of its nodes. */
export type StartOptions = Omit<NodeOptions, 'name' | 'config' | 'cwd'> & { readonly config?: ConfigInput }

/**
 * A system of nodes for the running test: they find each other, and nobody else. Those that the test does not
 * close itself are closed when it ends.
 */
export function nodes(common: ConfigInput = {}) {
  const folder = temporaryFolder()
  const runtimeFolder = join(folder, 'run')
  return {
    folder,
    runtimeFolder,
    async start(name: string, { config = {}, ...options }: StartOptions = {}): Promise<Node> {
      const node = await startNode({
        name,
        cwd: folder,
        config: { runtimeFolder, log: { level: 'silent' }, ...common, ...config },
        ...options,
      })
      onTestFinished(() => node.close())
      return node
    },
  }
}

/** One node that only its own process can reach: the quickest there is. */
export function loneNode(options: StartOptions = {}): Promise<Node> {
  return nodes({ transports: { listen: ['memory'] } }).start('shop', options)
}
