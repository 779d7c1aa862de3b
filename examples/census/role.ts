import type { Node } from 'signalbox'
import { startScanner } from './scanner.js'
import { startWorker } from './worker.js'

/** Starts the node of that name: the scanner, or else a worker. */
export function startRole(name: string): Promise<Node> {
  return name === 'scanner' ? startScanner(name) : startWorker(name)
}
