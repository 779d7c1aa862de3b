import { type Node, startNode } from 'signalbox'
import { Counter } from './contracts.js'
import { countFile } from './count.js'

/** Starts a node whose one actor counts the files that it is sent. It keeps nothing of them. */
export async function startWorker(name: string): Promise<Node> {
  const node = await startNode({ name })
  await node.spawn(Counter, () => ({ count: ({ path, content }) => countFile(path, content) }), {
    mailbox: { limit: 16, overflow: 'block' },
  })
  return node
}
