import type { Node } from '../node.js'
import { threadOrigin } from './thread-origin.js'
import type { Started } from './worker-node.js'

/** Whether this thread was started as a node of its own, so that whoever started it waits to hear of it. */
export function isWorkerNode(): boolean {
  return threadOrigin()?.node !== undefined
}

/** Tells whoever started this thread that its node runs, and closes it when they say so. */
export function reportToStarter(node: Node): void {
  const line = threadOrigin()?.node
  if (line === undefined) return
  const started: Started = { name: node.name }
  line.postMessage(started)
  line.on('message', () => void node.close())
  line.unref() // the node's listeners keep the thread alive
}
