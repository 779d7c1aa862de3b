import type { Node } from './node.js'
import { lineToStarter, wasSpawned } from './processes/process-origin.js'
import type { Started as StartedProcess } from './processes/spawned-node.js'
import { threadOrigin } from './threads/thread-origin.js'
import type { Started as StartedThread } from './threads/worker-node.js'

/**
 * The transports over which whoever started this thread, or this process, as a node of its own introduces it: it can be
 * reached over them, wherever else it listens.
 */
export function introducedOver(): string[] {
  return [
    ...(threadOrigin()?.node === undefined ? [] : ['worker']),
    ...(wasSpawned() ? ['anonymous-pipe'] : []),
  ]
}

/** Tells whoever started this thread, or this process, that its node runs, and closes it when they say so. */
export function reportToStarter(node: Node): void {
  reportFromThread(node)
  reportFromProcess(node)
}

function reportFromThread(node: Node): void {
  const line = threadOrigin()?.node
  if (line === undefined) return
  const started: StartedThread = { name: node.name }
  line.postMessage(started)
  line.on('message', () => void node.close())
  line.unref() // the node's listeners keep the thread alive
}

/** Nobody else may know of it: it closes, too, when its starter is gone. */
function reportFromProcess(node: Node): void {
  const line = lineToStarter()?.about('node')
  if (line === undefined) return
  const close = () => void node.close()
  line.hear(close, close)
  const started: StartedProcess = { started: node.name }
  line.say(started)
}
