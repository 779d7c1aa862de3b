/** The program of a thread: a node with one actor, named and configured by its `workerData`. */
import { workerData } from 'node:worker_threads'
import { type ConfigInput, startNode } from 'signalbox'
import { Worked } from './worker-contracts.js'

const { name, config } = workerData as { readonly name: string; readonly config: ConfigInput }
if (name === 'nobody') process.exit(4)
const node = await startNode({ name, config })
await node.spawn(Worked, () => ({
  double: number => number * 2,
  forward: ({ to, number }) => node.ref(Worked, `signalbox://${to}/worked`).ask.double(number),
  crash: () => {
    setImmediate(() => {
      throw new Error('out of luck')
    })
    return new Promise<number>(() => {})
  },
  way: () =>
    node
      .links()
      .map(link => link.transport)
      .join(),
}))
