/** A node that was started by another one, with one actor: its name and its configuration are its arguments. */
import { type ConfigInput, startNode } from 'signalbox'
import { Worked } from './worker-contracts.js'

const [, , name = '', config = '{}'] = process.argv
if (name === 'nobody') process.exit(4)
const node = await startNode({ name, config: JSON.parse(config) as ConfigInput })
await node.spawn(Worked, () => ({
  double: number => number * 2,
  forward: ({ to, number }) => node.ref(Worked, `signalbox://${to}/worked`).ask.double(number),
  crash: () => {
    process.kill(process.pid, 'SIGKILL')
    return new Promise<number>(() => {})
  },
  way: () =>
    node
      .links()
      .map(link => link.transport)
      .join(),
}))
