import { type Node, startNode } from 'signalbox'
import { Census } from './census.js'
import { Found, Scanner } from './contracts.js'
import { listFiles } from './files.js'
import { tracksOf } from './tracks.js'

/** Starts the node that reads the files and has the workers count them. */
export async function startScanner(name: string): Promise<Node> {
  const node = await startNode({ name })
  await node.spawn(Scanner, () => ({
    async census({ folder, workers }, { signal }) {
      const files = await listFiles(folder)
      node.provide(Found.of(folder), files.length)
      const census = new Census(node, files.toReversed(), workers)
      await census.take(signal)
      return {
        counted: files.length - census.skipped,
        skipped: census.skipped,
        lost: census.lost,
        tracks: await tracksOf(node, workers),
      }
    },
  }))
  return node
}
